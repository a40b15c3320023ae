"""Loops in half precision are judged by its rounding where that was measured, and refused where it was not."""

import numpy as np
import pytest

from compare import diff
from compare.judging.comparison import Comparison
from compare.judging.difference import Difference, difference
from compare.judging.half_precision import first_of_half
from compare.judging.stages import StageRow
from compare.traces.header import Setting
from compare.traces.trace import TraceError, TracePair
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.synthetic import at, from_step, honest, rounding

STEPS = 30


def computed_in(dtype):
    """What the settings of a loop say that autocast lowered to a dtype."""
    return {"settings": (Setting("precision", "", "compute dtype", [dtype]),)}


def half_rounding(key, value):
    """An ulp of bfloat16 in every output and loss."""
    return value * (1 + 2.0**-8) if key[1] in ("forward", "loss") else value


@pytest.fixture
def judged(tmp_path):
    """What two float32 loops come to of which autocast lowered these sides to bfloat16."""

    def judged(fault=half_rounding, nudge="bfloat16", halves=("torch", "tf")):
        for side, of_side in (("torch", honest), ("tf", fault)):
            said = computed_in("bfloat16" if side in halves else "float32")
            for nudged in (None, nudge) if nudge else (None,):
                path = tmp_path / f"{side}{'.nudged' if nudged else ''}.npz"
                network = Network(side, fault=of_side)
                record(path, network, batches(STEPS), "float32", nudged=nudged, said=said)
        return diff(tmp_path / "torch", tmp_path / "tf")

    return judged


def test_what_rounding_to_the_half_does_is_equivalent_and_it_is_said_by_what_was_judged(judged):
    result = judged()
    assert result.verdict == "equivalent", result.findings
    assert result.findings == ("both sides compute in bfloat16, by whose rounding they are judged",)
    assert result.summary["float32_gap"] > 1e-3
    assert list(result.judgement.comparisons) == ["float32"]


def test_the_coarser_side_decides_and_is_named(judged):
    result = judged(halves=("tf",))
    assert result.verdict == "equivalent", result.findings
    assert result.findings == ("only tf computes in bfloat16, by whose rounding they are judged",)


def test_the_same_gap_in_float32_is_diverged(judged):
    assert judged(nudge="float32", halves=()).verdict == "diverged"


@pytest.mark.parametrize(("stage", "factor"), [("rate", 1.01), ("gradient", 4.0), ("update", 16.0), ("forward", 2.0)])
def test_more_than_rounding_is_found_at_its_stage(judged, stage, factor):
    result = judged(from_step(0, stage, factor))
    assert result.verdict == "diverged"
    assert result.judgement.first_divergence.key[:2] == (0, stage)


@pytest.mark.parametrize("nudge", [None, "float32"], ids=["none", "too small"])
def test_without_a_nudge_that_the_half_can_see_sides_that_seem_to_agree_are_refused(judged, nudge):
    for fault in (rounding, from_step(1, "update", 1.5)):
        with pytest.raises(TraceError, match=r"both sides compute in bfloat16, .* COMPARE_NUDGE=bfloat16 in"):
            judged(fault, nudge)


@pytest.mark.parametrize(("step", "stage", "factor"), [(2, "rate", 1.01), (0, "forward", 2.0)])
def test_what_no_rounding_explains_is_found_without_a_nudge(judged, step, stage, factor):
    result = judged(from_step(step, stage, factor), None)
    assert result.verdict == "diverged"
    assert result.judgement.first_divergence.stage == stage


@pytest.mark.parametrize("step", [1, 20])
def test_a_nan_is_found_without_a_nudge(judged, step):
    nan = at(lambda key: key[:2] == (step, "loss"), lambda value: value * np.nan)
    assert judged(nan, None).verdict == "diverged"


GRADIENT = np.linspace(-1, 1, 101)


def scaled(tf, *kept):
    """What decides where the gradients of a weight are these, and what the optimizer keeps is so much apart."""
    pair = TracePair({(0, "gradient", "w"): GRADIENT}, {(0, "gradient", "w"): tf})
    rows = [StageRow(0, "gradient", "w", difference(GRADIENT, tf), 0.1)]
    rows += [StageRow(0, "state", "w exp_avg", Difference("value", "", max_rel=gap), 0.1) for gap in kept]
    return first_of_half(Comparison("bfloat16", pair, np.zeros(1), np.ones(1), rows))


def test_a_clip_that_no_update_shows_is_found_where_the_optimizer_keeps_it():
    assert scaled(0.7 * GRADIENT, 0.3).stage == "gradient"
    assert scaled(0.7 * GRADIENT) is None, "an unscaled gradient, which is shown otherwise"
    assert scaled(0.7 * GRADIENT, 0.05) is None
    assert scaled(0.95 * GRADIENT, 0.3) is None, "rounding may do so"


def test_units_that_flip_are_no_clip():
    flipped = GRADIENT.copy()
    flipped[:30] = 0
    assert scaled(flipped, 0.3) is None


def test_an_update_whose_gradient_agrees_decides_nothing_by_itself():
    def row(stage, value):
        return StageRow(0, stage, "w", difference(np.array([1.0]), np.array([value])), 0.1)

    def found(*rows, precision="bfloat16"):
        return first_of_half(Comparison(precision, None, np.zeros(1), np.ones(1), list(rows)))

    assert found(row("gradient", 1.0), row("update", -1.0)) is None
    assert found(row("gradient", 4.0), row("update", -1.0)).stage == "gradient"
    assert found(row("gradient", 4.0), row("update", 1.0)) is None, "it reaches nothing"
    assert found(row("rate", 4.0), row("update", 1.0)).stage == "rate"
    assert found(row("gradient", 4.0), row("update", -1.0), precision="float32") is None
