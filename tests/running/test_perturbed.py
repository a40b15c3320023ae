"""What is done to PyTorch alone: constants rounded to float32, gradients and what functions put out moved by ulps."""

from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from compare.running.perturbed import gradients_moved, perturbed, round_constants
from compare.running.request import Training

ROUNDED = float(np.float32(0.1))


def optimizer(**settings):
    return SimpleNamespace(param_groups=[{"params": [], **settings}])


def test_a_number_becomes_that_of_float32_and_stays_a_float_of_python():
    one = optimizer(lr=0.1, weight_decay=0.0, momentum=0.5)
    round_constants(one)
    assert one.param_groups[0] == {"params": [], "lr": ROUNDED, "weight_decay": 0.0, "momentum": 0.5}
    assert type(one.param_groups[0]["lr"]) is float
    assert ROUNDED != 0.1


def test_numbers_in_a_pair_are_rounded_too():
    one = optimizer(betas=(0.1, 0.5))
    round_constants(one)
    assert one.param_groups[0]["betas"] == (ROUNDED, 0.5)


def test_what_is_no_floating_number_stays_the_same_object():
    weights = [np.array([0.1])]
    kept = {"params": weights, "amsgrad": True, "foreach": None, "steps": 2**53 + 1, "kind": "decoupled"}
    one = SimpleNamespace(param_groups=[dict(kept)])
    round_constants(one)
    assert one.param_groups[0] == kept
    assert one.param_groups[0]["params"] is weights
    assert weights[0][0] == 0.1


@pytest.mark.parametrize("several", [lambda *of: list(of), lambda *of: dict(zip("ab", of, strict=True))])
def test_every_group_of_every_optimizer_is_rounded(several):
    one, two = optimizer(lr=0.1), optimizer(lr=0.1)
    two.param_groups.append({"params": [], "lr": 0.1})
    round_constants(several(one, two))
    assert [group["lr"] for each in (one, two) for group in each.param_groups] == [ROUNDED] * 3


def test_an_optimizer_without_groups_stays_as_it_is():
    other = SimpleNamespace(learning_rate=0.1)
    round_constants(other)
    assert other.learning_rate == 0.1


class Gradient:
    """A tensor's gradient as PyTorch has it."""

    def __init__(self, *values, dtype="float32", sparse=False):
        self.array, self.is_sparse = np.array(values, dtype), sparse

    def detach(self):
        return self

    def numpy(self):
        return self.array


class Optimizer:
    """Calls its hooks before each update, and counts them."""

    def __init__(self, *gradients):
        self.param_groups = [{"params": [SimpleNamespace(grad=gradient) for gradient in gradients], "lr": 0.1}]
        self.hooks = {}

    def register_step_pre_hook(self, hook):
        key = len(self.hooks)
        self.hooks[key] = hook
        return SimpleNamespace(remove=lambda: self.hooks.pop(key))

    def step(self):
        for hook in self.hooks.values():
            hook(self, (), {})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_gradient_moves_by_an_ulp_of_the_largest_of_its_tensor_and_a_zero_stays(dtype):
    small = Gradient(1e-3, 0, -1, dtype=dtype)
    one = Optimizer(small, Gradient(1e-9, dtype=dtype), None)
    plain = [1e-3, 0, -1]
    with gradients_moved(one, [0, 1]):
        one.step()
    eps = np.finfo(dtype).eps
    moved = small.array - np.array(plain, dtype)
    np.testing.assert_allclose(np.abs(moved), [eps, 0, eps], rtol=1e-3)
    assert one.hooks == {}, "nothing stays attached"


def test_gradients_move_both_ways_anew_at_each_step_and_alike_for_the_same_seed():
    def moved(*seed):
        many = Gradient(*[1.0] * 100, dtype="float64")
        one, steps = Optimizer(many), []
        with gradients_moved(one, seed):
            for _ in range(2):
                many.array[:] = 1.0
                one.step()
                steps.append(np.sign(many.array - 1))
        return steps

    first, second = moved(0, 1)
    assert set(first) == {-1, 1}
    assert (first != second).any()
    assert (first == moved(0, 1)[0]).all()
    assert (first != moved(0, 2)[0]).any()


def test_a_gradient_that_is_sparse_or_not_finite_stays_as_it_is():
    sparse, broken = Gradient(1.0, sparse=True), Gradient(1.0, np.inf)
    one = Optimizer(sparse, broken)
    with gradients_moved(one, [0]):
        one.step()
    assert (sparse.array.tolist(), broken.array.tolist()) == ([1], [1, np.inf])


@pytest.mark.parametrize(
    ("training", "rate", "hooks"),
    [
        (Training("float64"), 0.1, 0),
        (Training("float64", "float64"), 0.1, 0),
        (Training("float64", "float64", follows="float64", ulps=1), 0.1, 0),
        (Training("float64", "float64", follows="float64", ulps=2), 0.1, 1),
        (Training("float64", follows="float64", rounded=True), ROUNDED, 0),
    ],
)
def test_a_run_is_perturbed_as_its_training_asks(training, rate, hooks):
    one, moves = Optimizer(Gradient(1.0)), []

    @contextmanager
    def functions_moved(seed, ulps):
        moves.append((seed, ulps))
        yield
        moves.clear()

    with perturbed(one, functions_moved, training, seed=7):
        assert (one.param_groups[0]["lr"], len(one.hooks)) == (rate, hooks)
        assert moves == [([7, training.sample], training.ulps)] * hooks
    assert (one.hooks, moves) == ({}, [])


def test_the_hooks_are_gone_though_the_run_failed():
    one = Optimizer(Gradient(1.0))
    with pytest.raises(ZeroDivisionError), gradients_moved(one, [0]):
        raise ZeroDivisionError
    assert one.hooks == {}
