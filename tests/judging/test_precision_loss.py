"""Where two sides part in float32 alone, each is measured against its own float64 run of the same step."""

import numpy as np
import pytest

from compare.judging.comparison import compare_runs
from compare.judging.precision_loss import CLEARLY, Off, which_side_is_off
from compare.judging.search import find_first_divergence
from compare.judging.study import make_runs
from compare.running.request import Training
from compare.traces.step import END
from tests.helpers.synthetic import FakeSide, at, honest, rounding, runs_of
from tests.helpers.trainings import Chaotic, Regression

STEPS, LATE = 40, 23
ERROR = 1e-3  # what float32 does not do in so small a problem


def in_float32(stage, error=ERROR, step=0):
    """A fault that moves one stage of float32 runs only, from that step on."""
    return at(
        lambda key: key[1] == stage and key[0] >= step,
        lambda value: value * (1 + error) if value.dtype == np.float32 else value,
    )


@pytest.fixture
def off(tmp_path):
    """How far both sides are off at their first divergence in float32; what was asked for."""

    def measure(torch=honest, tf=rounding, model=Regression()):  # noqa: B008 - it is frozen
        asked = []
        run = runs_of(tmp_path, FakeSide(torch, model=model), FakeSide(tf, model=model), STEPS, asked)
        runs = make_runs(run, ("float32",), nudged=True)["float32"]
        first, _ = find_first_divergence(run, runs, compare_runs(runs))
        asked.clear()
        return which_side_is_off(run, first), asked

    return measure


@pytest.mark.parametrize("side", ["torch", "tf"])
@pytest.mark.parametrize("step", [0, LATE])
@pytest.mark.parametrize("stage", ["forward", "loss", "update"])
def test_the_side_that_loses_digits_is_named_with_both_errors(off, side, stage, step):
    found, _ = off(**{side: in_float32(stage, step=step)})
    assert found.side == side
    ours, other = (found.torch, found.tf) if side == "torch" else (found.tf, found.torch)
    assert ours == pytest.approx(ERROR, rel=0.1)
    assert other < ERROR / 10


def test_in_a_chaotic_training_too_both_precisions_begin_the_step_alike(off):
    found, _ = off(tf=in_float32("forward", step=LATE), model=Chaotic())
    assert (found.side, found.tf) == ("tf", pytest.approx(ERROR, rel=0.1))


def test_one_run_of_each_side_and_precision_follows_what_torch_did_in_float32(off):
    _, [asked] = off(tf=in_float32("forward", step=LATE))
    common = {"audits": (LATE,), "steps": LATE + 1, "follows": "float32"}
    assert asked == [
        (side, Training(precision, **common)) for side in ("torch", "tf") for precision in ("float32", "float64")
    ]


@pytest.mark.parametrize(
    ("stage", "change", "step"),
    [
        ("loss", lambda value: value * np.nan, LATE),
        ("weights", lambda value: value.reshape(2, 2), 0),
        ("weights", lambda value: None, 0),
    ],
)
def test_what_is_no_value_on_a_side_needs_no_measure(off, stage, change, step):
    assert off(tf=at(lambda key: key[:2] == (step, stage), change)) == (None, [])


def test_the_end_is_no_step_that_can_be_made_again(off):
    assert off(tf=at(lambda key: key[0] is END and key[1] == "loss", lambda value: value * 1.5)) == (None, [])


def test_where_no_tensor_parts_there_is_nothing_to_measure():
    assert which_side_is_off(lambda *wanted: pytest.fail("asked for runs"), None) is None


@pytest.mark.parametrize(
    ("torch", "tf", "side"),
    [
        (1e-3, 1e-6, "torch"),
        (1e-6, 1e-3, "tf"),
        (1e-3, 1e-3, None),
        (1e-3, 1e-3 * CLEARLY * 0.99, None),
        (1e-3, 1e-3 * CLEARLY * 1.01, "tf"),
        (0.0, 1e-7, None),  # less than an ulp of float32 apart is nothing
        (0.0, 1e-5, "tf"),
        (np.inf, 1e-3, "torch"),
    ],
)
def test_a_side_is_named_only_where_its_error_is_clearly_the_larger(torch, tf, side):
    assert Off(torch, tf).side == side
