"""What a step gives otherwise each time is random, and not a divergence; a count is no randomness."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.difference import Difference
from compare.judging.judgement import Judgement
from compare.judging.randomness import TIMES, find_random, set_randomness_apart
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.judging.steps import Series
from compare.running.request import RequestFailedError

SEED = np.random.default_rng(0)


class Steps(dict):
    """A trace of steps that should be the same: what each tensor is in each of them."""

    steps = TIMES
    keys = property(list)
    header = SimpleNamespace(kinds={"b": "RReLU"})

    def __init__(self, metrics=None, apart=None, **tensors):
        """`tensors` are named "stage_tensor": an array per step, or one for all steps."""
        self.apart = apart or {}
        self.curves = {"loss": np.zeros(TIMES), "seconds": SEED.normal(size=TIMES), **(metrics or {})}
        super().__init__(
            ((step, *name.split("_")), values[step] if isinstance(values, list) else values)
            for step in range(TIMES)
            for name, values in tensors.items()
        )


def noise(*shape):
    return [SEED.normal(size=shape) for _ in range(TIMES)]


ONES = np.ones((2, 3))


def found_in(**tensors):
    return [(each.stage, each.tensor) for each in find_random(Steps(**tensors))]


def test_what_is_the_same_each_time_is_not_random():
    assert found_in(forward_a=ONES, loss_loss=np.float64(2)) == []
    assert found_in(forward_a=ONES * np.nan, loss_loss=np.float64("inf")) == []


def test_what_differs_is_listed_in_order_from_the_layer_where_it_begins():
    found = found_in(forward_a=ONES, forward_b=noise(2, 3), gradient_w=noise(3), loss_loss=noise())
    assert found == [("forward", "b"), ("loss", "loss"), ("gradient", "w")]


def test_the_last_digits_are_not_random():
    assert found_in(forward_a=[ONES * (1 + 1e-9 * (-1) ** step) for step in range(TIMES)]) == []


def test_what_is_rarely_dropped_is_found():
    assert found_in(forward_a=[ONES * (step != 3) for step in range(TIMES)]) == [("forward", "a")]


@pytest.mark.parametrize("by", [lambda step: 0.1 * step, lambda step: 0.5**step, lambda step: float(step > 2)])
def test_a_count_is_not_random_nor_is_what_comes_of_it(by):
    steps = range(TIMES)
    assert found_in(forward_a=ONES, loss_loss=[np.float64(by(step)) for step in steps], gradient_w=noise(3)) == []


@pytest.mark.parametrize("steps", [{3}, {1, 3, 5}])
def test_what_is_copied_every_few_steps_is_not_random_though_what_is_now_and_then_dropped_in_between_is(steps):
    copied = [ONES * (step in steps) for step in range(TIMES)]
    assert found_in(forward_a=ONES, update_w=copied) == []
    assert found_in(forward_a=copied, update_w=copied) == [("forward", "a"), ("update", "w")]
    assert found_in(forward_a=ONES, update_w=noise(3)) == [("update", "w")]


@pytest.mark.parametrize("end", [np.nan, np.inf])
def test_what_ends_is_no_randomness_but_a_formula_that_divides_by_what_did_not_move(end):
    assert found_in(update_w=[noise(3)[0], *[np.full(3, end)] * (TIMES - 1)]) == []


def test_another_shape_each_time_is_random():
    assert found_in(forward_a=[np.ones(step % 2 + 1) for step in range(TIMES)]) == [("forward", "a")]


def test_a_metric_may_be_random_and_the_time_a_step_takes_is_not_asked():
    rates = np.full(TIMES, np.nan)
    [found] = find_random(Steps({"accuracy": SEED.normal(size=TIMES), "learning_rate": rates}, forward_a=ONES))
    assert (found.stage, found.tensor) == ("metric", "accuracy")


@pytest.fixture
def set_apart():
    """The judgement of a port that parts at a tensor, by what its sides are in steps that should be the same; built
    `anew`, a side comes to these under other random numbers."""

    def judge(
        torch, tf, parts=("forward", "b"), verdict="diverged", allowed=1e-14, is_large=False, settings=(), anew=None
    ):
        loss = Series("loss", "loss", np.arange(2), np.zeros(2), np.full(2, allowed))
        first = None if parts is None else StageRow(0, *parts, Difference("value", "", max_rel=1.0), 1e-13)
        header = SimpleNamespace(is_large=is_large)
        comparison = SimpleNamespace(series=[loss], pair=SimpleNamespace(torch=SimpleNamespace(header=header)))
        judgement = Judgement(verdict, ("parts", "other"), {"float64": comparison}, first, settings)
        asked = []

        def run(*wanted):
            asked.extend(wanted)
            if isinstance(torch, Exception):
                raise torch
            if any(training.reseeded for _, training in wanted):
                return anew or [CALM, Steps(forward_a=noise(2, 3), forward_b=noise(2, 3))]
            return [torch, tf]

        return set_randomness_apart(run, judgement, lambda trace: trace), asked

    return judge


CALM = Steps(forward_a=ONES, forward_b=ONES)
RANDOM = Steps({"loss": SEED.normal(size=TIMES)}, forward_a=ONES, forward_b=noise(2, 3))


@pytest.mark.parametrize(
    ("torch", "tf", "said"),
    [(RANDOM, CALM, ", in torch"), (CALM, RANDOM, ", in tf"), (RANDOM, RANDOM, ", in torch and the output of b")],
)
def test_what_parts_and_is_random_on_either_side_is_an_error_that_names_it(set_apart, torch, tf, said):
    judgement, asked = set_apart(torch, tf)
    assert judgement.verdict == "error"
    assert "the output of b (RReLU), " in judgement.findings[0]
    assert said in judgement.findings[0]
    assert "let batches(rng) yield" in judgement.findings[0]
    assert judgement.findings[1:] == ("other",)
    repeated = asked[:4]
    assert [side for side, _ in repeated] == ["torch", "tf"] * 2
    assert {(training.again, training.steps, training.eager) for _, training in repeated} == {(True, TIMES, True)}
    assert [training.audits for _, training in repeated[::2]] == [(), tuple(range(TIMES))]


def test_what_parts_before_anything_random_is_diverged_and_the_random_is_said_too(set_apart):
    judgement, _ = set_apart(RANDOM, CALM, parts=("forward", "a"))
    assert judgement.verdict == "diverged"
    assert judgement.findings[0] == "parts"
    assert judgement.findings[1].endswith("what parts first is not random")


def test_where_nothing_is_random_the_judgement_stands_and_no_tensor_is_recorded(set_apart):
    judgement, asked = set_apart(CALM, CALM)
    assert judgement.findings == ("parts", "other")
    assert [training.audits for _, training in asked] == [(), ()]


@pytest.mark.parametrize("anew", [[CALM, CALM], [RANDOM, RANDOM]])
def test_a_side_that_comes_to_the_same_under_other_random_numbers_keeps_a_state_and_is_not_random(set_apart, anew):
    judgement, asked = set_apart(RANDOM, CALM, anew=anew)
    assert (judgement.verdict, judgement.findings) == ("diverged", ("parts", "other"))
    assert [(side, training.reseeded) for side, training in asked[4:]] == [("torch", False), ("torch", True)]
    assert {(training.audits, training.steps) for _, training in asked[4:]} == {((0,), 1)}


def test_without_a_step_that_parts_the_losses_of_all_are_held_against_those_under_other_random_numbers(set_apart):
    judgement, asked = set_apart(RANDOM, CALM, parts=None, anew=[CALM, CALM])
    assert judgement.verdict == "diverged"
    assert {(training.audits, training.steps) for _, training in asked[4:]} == {((), None)}


def test_a_step_of_a_large_model_is_repeated_once(set_apart):
    _, asked = set_apart(RANDOM, CALM, is_large=True)
    assert {training.steps for _, training in asked[:4]} == {2}
    assert asked[3][1].audits == (0, 1)


@pytest.mark.parametrize(("is_large", "runs"), [(True, 0), (False, 6)])
def test_of_a_large_model_nothing_is_repeated_where_a_setting_explains_what_parts(set_apart, is_large, runs):
    epsilon = SettingRow("b", "BatchNorm", "eps", 1e-5, 1e-3, "differs", "")
    _, asked = set_apart(RANDOM, CALM, is_large=is_large, settings=(epsilon,))
    assert len(asked) == runs


@pytest.mark.parametrize("stage", ["loss", "metric", "update", "buffer"])
def test_what_a_repeated_step_gives_otherwise_is_looked_into(set_apart, stage):
    curves = {"loss": "loss", "metric": "accuracy"}
    if stage in curves:
        moved = Steps({curves[stage]: SEED.normal(size=TIMES)})
    else:
        moved = Steps(apart={(stage, "w"): np.full((TIMES, 2), 0.5)})
    assert [training.again for _, training in set_apart(CALM, moved)[1][:4]] == [True] * 4


def test_an_equivalent_port_is_not_run_again(set_apart):
    assert set_apart(RANDOM, RANDOM, verdict="equivalent")[1] == []


@pytest.mark.parametrize(("torch", "verdict"), [(RANDOM, "error"), (CALM, "equivalent")])
def test_where_an_ulp_seems_to_move_the_first_loss_much_that_may_be_random_too(set_apart, torch, verdict):
    judgement, _ = set_apart(torch, CALM, parts=None, verdict="equivalent", allowed=1e-2)
    assert judgement.verdict == verdict
    assert judgement.findings[-2:] == ("parts", "other")


def test_a_step_that_cannot_run_again_leaves_the_judgement(set_apart):
    judgement, _ = set_apart(RequestFailedError("torch", "no more batches"), CALM)
    assert judgement.verdict == "diverged"


def test_without_a_tensor_that_parts_anything_random_explains_it(set_apart):
    assert set_apart(RANDOM, CALM, parts=None)[0].verdict == "error"


def test_the_other_parts_of_a_judgement_are_kept(set_apart):
    judgement, _ = set_apart(RANDOM, CALM)
    assert replace(judgement, verdict="diverged").comparisons.keys() == {"float64"}
