"""Two free runs, of which only traces are left: rounding adds up, and what is allowed grows with the steps."""

import numpy as np
import pytest

from compare.judging import tolerances
from compare.judging.first_divergence import first_divergence
from compare.judging.free_curves import compare_free
from compare.running.request import Training
from compare.traces.step import END
from compare.traces.trace import TracePair
from tests.helpers.synthetic import FakeSide, at, from_step, rounding
from tests.helpers.trainings import Chaotic, Regression

STEPS, LATE = 60, 23
HONEST, ROUNDED = FakeSide(), FakeSide(rounding)


@pytest.fixture
def compared(tmp_path):
    """The comparison of two free runs, with or without nudged ones."""

    def make(torch=HONEST, tf=ROUNDED, precision="float64", nudged=True):
        def pair(nudge):
            paths = (tmp_path / f"{side}-{nudge}.npz" for side in ("torch", "tf"))
            run = Training(precision, nudge, audits=(0, 1, 2))
            return TracePair(*(side.trace(path, run, STEPS) for side, path in zip((torch, tf), paths, strict=True)))

        return compare_free(precision, pair(None), pair(precision) if nudged else TracePair(None, None))

    return make


@pytest.mark.parametrize("nudged", [True, False])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_sides_that_differ_by_rounding_are_not_apart(compared, precision, nudged):
    comparison = compared(precision=precision, nudged=nudged)
    assert (comparison.parts_at, comparison.apart) == (None, False)
    assert comparison.steps_judged == 0, "no run followed another"


@pytest.mark.parametrize("stage", ["loss", "rate"])
def test_a_loss_parts_where_its_gap_leaves_the_envelope_with_both_values(compared, stage):
    comparison = compared(tf=FakeSide(from_step(LATE, stage, 1.5)))
    step = LATE + (stage == "rate")  # the rate of a step moves the loss of the next
    assert (comparison.parts_at, comparison.parting.series.tensor) == (step, "loss")
    assert comparison.parting.values == [trace.curves["loss"][step] for trace in comparison.pair]


def test_what_nudges_opened_is_allowed_from_there_on(compared):
    chaos = Chaotic()
    comparison = compared(FakeSide(model=chaos), FakeSide(rounding, model=chaos), "float32")
    assert (np.diff(comparison.envelope) >= 0).all()
    assert comparison.envelope[0] < 1e-3
    assert comparison.envelope[-1] > 1
    assert not comparison.apart
    unmeasured = compared(FakeSide(model=chaos), FakeSide(rounding, model=chaos), "float32", nudged=False)
    assert unmeasured.apart
    assert set(unmeasured.envelope) == {tolerances.allowed(0.0, "float32")}


def metric(value, name="accuracy"):
    return lambda steps: {name: [value] * steps}


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_count_that_flips_is_certain_only_where_the_loss_is(compared, precision):
    comparison = compared(FakeSide(curves=metric(0.5)), FakeSide(rounding, curves=metric(0.5625)), precision)
    parts = comparison.parting and comparison.parting.series.tensor
    assert parts == {"float64": "accuracy", "float32": None}[precision]


@pytest.mark.parametrize(("tf", "parts"), [(1 / 3, None), (1 / 3 + 1e-3, "accuracy")])
def test_a_metric_that_one_side_counts_in_float32_is_judged_in_it(compared, tf, parts):
    torch = FakeSide(curves=metric(float(np.float32(1 / 3))))
    comparison = compared(torch, FakeSide(rounding, curves=metric(tf)), "float64")
    assert (comparison.parting and comparison.parting.series.tensor) == parts


def test_a_metric_that_one_side_lacks_parts_at_once(compared):
    comparison = compared(FakeSide(curves=metric(0.5)))
    assert (comparison.parting.step, comparison.parting.values) == (0, [0.5, None])


@pytest.mark.parametrize(
    ("theirs", "step"), [((4.0, 3.0), None), ((4.0, 3.3), 19), ((4.0,), 19), ((np.nan, 3.0), 9), ((), 9)]
)
def test_an_evaluation_parts_at_the_step_that_it_follows(compared, theirs, step):
    def evaluated(*losses):
        return lambda steps: {"evaluation_step": [9, 19][: len(losses)], "evaluation_loss": losses} if losses else {}

    comparison = compared(FakeSide(curves=evaluated(4.0, 3.0)), FakeSide(rounding, curves=evaluated(*theirs)))
    assert comparison.parts_at == step
    assert step is None or comparison.parting.series.tensor == "evaluation_loss"


def test_a_run_that_ends_early_is_infinitely_far_from_there_on(compared):
    comparison = compared(tf=FakeSide(rounding, stops=LATE))
    assert comparison.parts_at == LATE
    assert comparison.parting.values[1] is None
    assert comparison.breaks_off is not None


def test_final_weights_and_buffers_of_free_runs_are_compared(compared):
    assert [row.stage for row in compared().rows if row.step is END] == ["weights", "loss", "buffer"]
    moved = at(lambda key: key[0] is END and key[1] == "buffer", lambda value: value + 1)
    assert compared(tf=FakeSide(moved)).parts_at is END


def test_a_gradient_that_is_shown_with_its_weight_decay_is_not_blamed_for_an_update(compared):
    tape = FakeSide(from_step(0, "update", 1.002), model=Regression(decay=0.01, shown=True))
    comparison = compared(FakeSide(model=Regression(decay=0.01)), tape)
    assert first_divergence(comparison.rows).key == (0, "update", "weight")
