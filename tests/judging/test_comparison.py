"""Both sides in one precision: each step by itself decides, and the free curves beside it only show."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging import tolerances
from compare.judging.comparison import Twin, compare_runs
from compare.judging.study import make_runs
from compare.traces.step import END
from compare.traces.trace import TracePair
from tests.helpers.synthetic import FakeSide, at, from_step, honest, rounding, runs_of
from tests.helpers.trainings import Chaotic

STEPS = 20
HONEST, ROUNDED = FakeSide(), FakeSide(rounding)


@pytest.fixture
def made(tmp_path):
    """The runs of two sides in a precision."""

    def make(torch=HONEST, tf=ROUNDED, precision="float64", nudged=True, steps=STEPS):
        return make_runs(runs_of(tmp_path, torch, tf, steps), (precision,), nudged)[precision]

    return make


@pytest.fixture
def compared(made):
    return lambda *sides, **options: compare_runs(made(*sides, **options))


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("nudged", [True, False])
def test_sides_that_differ_by_rounding_are_not_apart(compared, precision, nudged):
    comparison = compared(precision=precision, nudged=nudged)
    assert (comparison.parting, comparison.parts_at, comparison.apart) == (None, None, False)
    assert comparison.steps_judged == STEPS
    assert max(each.gap.max() for each in comparison.series) > 0


def test_the_envelope_is_of_the_free_curves_and_grows(compared):
    comparison = compared(precision="float32")
    floor = tolerances.ENVELOPE_FACTOR * tolerances.FLOOR_ULPS * 2.0**-23
    assert comparison.envelope.min() >= floor
    assert (np.diff(comparison.envelope) >= 0).all()
    assert len(comparison.envelope) == len(comparison.gap) == STEPS


def test_free_curves_that_are_far_apart_decide_nothing(made):
    runs = made()
    wrong = made(tf=FakeSide(from_step(3, "rate", 0.5))).free.tf
    comparison = compare_runs(replace(runs, free=TracePair(runs.free.torch, wrong)))
    assert (comparison.gap > comparison.envelope).any()
    assert not comparison.apart


def test_steps_of_a_chaotic_training_agree_where_its_free_curves_have_nothing_in_common(compared):
    chaos = Chaotic()
    comparison = compared(FakeSide(model=chaos), FakeSide(rounding, model=chaos), precision="float32", steps=80)
    assert comparison.gap.max() > 0.1
    assert not comparison.apart
    update = next(each for each in comparison.series if each.stage == "update")
    assert update.allowed.max() < 1e-3


@pytest.mark.parametrize("step", [0, 7, STEPS - 1])
@pytest.mark.parametrize("stage", ["loss", "update", "buffer"])
def test_a_step_parts_where_it_differs(compared, step, stage):
    comparison = compared(tf=FakeSide(at(lambda key: key[:2] == (step, stage), lambda value: value * 1.5)))
    assert comparison.parts_at == step
    assert (comparison.parting.step, comparison.parting.series.stage) == (step, stage)
    assert comparison.parting.gap == pytest.approx(1 / 3, rel=1e-6)
    assert comparison.apart


def test_one_wrong_step_leaves_all_later_ones_as_they_are(compared):
    comparison = compared(tf=FakeSide(at(lambda key: key[:2] == (7, "buffer"), lambda value: value * 1.5)))
    [buffer] = [each for each in comparison.series if each.stage == "buffer"]
    assert np.flatnonzero(buffer.gap > buffer.allowed).tolist() == [7]


def test_a_difference_in_a_tensor_of_an_audited_step_is_apart_though_no_series_is(compared):
    comparison = compared(tf=FakeSide(at(lambda key: key[:2] == (0, "weights"), lambda value: value.reshape(2, 2))))
    assert comparison.parting is None
    assert (comparison.parts_at, comparison.apart) == (0, True)


def test_a_state_that_never_had_an_effect_is_not_apart(compared):
    last = at(lambda key: key[:2] == (STEPS - 1, "state"), lambda value: value * 1.5)
    assert not compared(tf=FakeSide(last)).apart


def metric(name, *values):
    """Curves of one metric: these values, the last of them to the end."""
    return lambda steps: {name: [values[min(step, len(values) - 1)] for step in range(steps)]}


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_metric_parts_at_its_first_step_in_either_precision(compared, precision):
    torch, tf = FakeSide(curves=metric("accuracy", 0.5)), FakeSide(rounding, curves=metric("accuracy", 0.5, 0.5, 0.75))
    comparison = compared(torch, tf, precision=precision)
    assert (comparison.parts_at, comparison.parting.series.tensor) == (2, "accuracy")


@pytest.mark.parametrize(("tf", "parts"), [(1 / 3, None), (1 / 3 + 1e-3, 0)])
def test_a_metric_that_one_side_counts_in_float32_is_judged_in_it(compared, tf, parts):
    torch = FakeSide(curves=metric("accuracy", float(np.float32(1 / 3))))
    assert compared(torch, FakeSide(rounding, curves=metric("accuracy", tf))).parts_at == parts


@pytest.mark.parametrize("side", ["torch", "tf"])
def test_a_metric_that_one_side_lacks_parts_at_once(compared, side):
    comparison = compared(**{side: FakeSide(curves=metric("accuracy", 0.5))})
    assert (comparison.parts_at, comparison.parting.series.tensor) == (0, "accuracy")


def test_a_metric_that_is_nan_on_both_sides_is_no_agreement(compared):
    both = FakeSide(curves=metric("accuracy", 0.5, np.nan))
    comparison = compared(both, both)
    assert (comparison.parts_at, comparison.parting.series.tensor) == (1, "accuracy")


def test_seconds_and_examples_are_no_metrics(compared):
    comparison = compared(tf=FakeSide(rounding, curves=metric("seconds", 9.0)))
    assert comparison.pair.metrics == []
    assert not comparison.apart


def test_the_metrics_of_either_side_are_listed_once(compared):
    torch = FakeSide(curves=metric("accuracy", 1.0))
    tf = FakeSide(curves=lambda n: {"auc": [1] * n, "accuracy": [1] * n})
    assert compared(torch, tf).pair.metrics == ["accuracy", "auc"]


def evaluated(*losses):
    """The curves of an evaluation after every fifth step."""
    return lambda steps: {"evaluation_step": [4 + 5 * n for n in range(len(losses))], "evaluation_loss": list(losses)}


@pytest.mark.parametrize(
    ("theirs", "step"),
    [((0.5, 0.4, 0.301), 14), ((0.5, 0.4), 14), ((0.5, np.nan, 0.3), 9), ((0.5 * (1 + 2**-52), 0.4, 0.3), None)],
)
def test_an_evaluation_parts_at_the_step_that_it_follows(compared, theirs, step):
    comparison = compared(FakeSide(curves=evaluated(0.5, 0.4, 0.3)), FakeSide(rounding, curves=evaluated(*theirs)))
    assert comparison.parts_at == step
    assert step is None or comparison.parting.series.stage == "evaluation"


@pytest.mark.parametrize("sides", [(HONEST, FakeSide(stops=7)), (FakeSide(stops=7), HONEST)])
def test_a_side_that_stops_early_parts_there_though_every_step_that_both_made_agrees(compared, sides):
    comparison = compared(*sides)
    assert (comparison.parting, comparison.parts_at, comparison.apart) == (None, 7, True)


@pytest.mark.parametrize("nudged", [True, False])
def test_where_a_trajectory_was_kept_in_part_its_steps_are_judged_and_the_end_is_not(compared, nudged):
    comparison = compared(torch=FakeSide(keeps=500), nudged=nudged)
    assert 0 < comparison.steps_judged < STEPS
    assert not comparison.apart
    assert END not in {row.step for row in comparison.rows}


def test_the_end_is_judged_by_its_evaluation_since_its_weights_are_the_other_sides(compared):
    wrong = at(lambda key: key[0] is END and key[1] == "loss", lambda value: value * 1.5)
    comparison = compared(tf=FakeSide(wrong))
    assert [row.stage for row in comparison.rows if row.step is END] == ["loss"]
    assert (comparison.parts_at, comparison.apart) == (END, True)


def test_what_was_allowed_to_a_row_is_what_was_allowed_to_its_step(compared):
    comparison = compared(precision="float32")
    by_name = {(each.stage, each.tensor): each for each in comparison.series}
    rows = [row for row in comparison.rows if row.step == 0 and (row.stage, row.tensor) in by_name]
    assert {row.stage for row in rows} == {"loss", "update", "buffer"}
    for row in rows:
        assert row.allowed >= by_name[row.stage, row.tensor].allowed[0], row


def test_another_allowance_may_say_what_rounding_explains(made):
    runs = made(tf=FakeSide(from_step(0, "update", 1 + 1e-6)))
    assert compare_runs(runs).parts_at == 0
    assert not compare_runs(runs, lambda opened, precision: 0 * opened + 1e-5).apart


def test_what_any_nudged_twin_did_is_allowed(made):
    runs = made(tf=FakeSide(from_step(0, "update", 1 + 1e-6)))
    [twin] = runs.twins
    assert not compare_runs(replace(runs, twins=(twin, Twin(twin.training, runs.following)))).apart


def test_the_horizon_is_where_rounding_alone_moves_the_free_loss_by_a_hundredth(made):
    chaos = Chaotic()
    runs = made(FakeSide(model=chaos), FakeSide(honest, model=chaos), precision="float32", steps=80)
    loss, nudged = (trace.curves["loss"] for trace in (runs.free.torch, *runs.free_nudged))
    moved = np.abs(loss - nudged) / np.maximum(loss, nudged)
    assert compare_runs(runs).horizon == np.flatnonzero(moved >= 0.01)[0] > 10


def test_a_tame_training_has_no_horizon(compared):
    assert compared().horizon is None
