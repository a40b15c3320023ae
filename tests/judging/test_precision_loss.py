"""A side loses precision where every float32 run of it is far off its own float64 run, and the other side's is not."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging import tolerances
from compare.judging.precision_loss import find_unstable
from compare.running.request import Training
from compare.traces.trace import TracePair
from tests.helpers.synthetic import FakeSide, at, honest

BEFORE = 1e-3  # an error that float32 does not make in so small a problem
SINGLES = (Training("float32"), Training("float32", "float32"))


def in_float32(stage, error=BEFORE, step=0):
    """A fault that moves one stage of float32 runs only, from that step on."""
    return at(
        lambda key: key[1] == stage and key[0] >= step,
        lambda value: value * (1 + error) if value.dtype == np.float32 else value,
    )


@pytest.fixture
def found(tmp_path):
    """What is found of two sides with these faults, in a plain and in a nudged float32 run."""

    def find(torch=honest, tf=honest, singles=SINGLES):
        def pair(number, training):
            sides = {"torch": FakeSide(torch), "tf": FakeSide(tf)}
            return TracePair(
                *(side.trace(tmp_path / f"{number}-{name}.npz", training, 3) for name, side in sides.items())
            )

        return find_unstable(pair(0, Training("float64")), [pair(n, one) for n, one in enumerate(singles, 1)])

    return find


def test_rounding_alone_makes_no_side_unstable(found):
    assert found() is None


@pytest.mark.parametrize("side", ["torch", "tf"])
@pytest.mark.parametrize(("stage", "tensor"), [("forward", "linear"), ("loss", "loss")])
def test_the_side_the_place_and_both_errors_are_named(found, side, stage, tensor):
    unstable = found(**{side: in_float32(stage)})
    assert (unstable.side, unstable.key) == (side, (0, stage, tensor))
    assert unstable.error == pytest.approx(BEFORE / (1 + BEFORE), rel=1e-2)
    assert unstable.other_error < 10 * tolerances.ulp("float32")
    words = f"unstable: {side} loses precision at step 0, {stage}, {tensor} (float32 off by 1.0e-03, the other side by "
    assert str(unstable).startswith(words)


def test_a_side_is_unstable_only_beyond_the_ratio_of_errors(found):
    other = 3e-5
    assert found(torch=in_float32("forward", other), tf=in_float32("forward", 0.9 * other * 100)) is None
    assert found(torch=in_float32("forward", other), tf=in_float32("forward", 1.2 * other * 100)).side == "tf"


def test_an_error_of_both_sides_is_no_instability_of_one(found):
    assert found(in_float32("forward"), in_float32("forward")) is None


def test_an_error_in_one_float32_run_of_two_is_chance(found):
    runs = []

    def once(key, value):
        if key[:2] != (0, "forward") or value.dtype != np.float32:
            return value
        runs.append(key)
        return value * (1 + BEFORE) if len(runs) == 1 else value

    assert found(tf=once) is None


def test_gradients_and_the_end_are_not_looked_at(found):
    at_the_end = at(lambda key: key[0] > 2 and key[1] == "loss", lambda value: value * (1 + BEFORE))
    assert found(tf=in_float32("gradient")) is None
    assert found(tf=at_the_end) is None


def test_steps_that_a_float32_run_has_not_recorded_are_passed_over(found):
    late = in_float32("forward", step=1)
    assert found(tf=late).key == (1, "forward", "linear")
    assert found(tf=late, singles=[replace(one, audits=(0,)) for one in SINGLES]) is None
