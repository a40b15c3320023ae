"""Both sides in one precision: where they part, whether a leak explains it, and the sentence that says so."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging import tolerances as allowances
from compare.judging.comparison import compare_pair, is_leak
from compare.judging.difference import difference
from compare.judging.stages import StageRow
from compare.judging.wording import parting_sentence
from compare.running.request import Training
from compare.traces.step import END
from compare.traces.trace import TracePair
from tests.helpers.synthetic import FakeSide, at, from_step, rounding

STEPS = 20
HONEST, ROUNDED = FakeSide(), FakeSide(rounding)


@pytest.fixture
def compared(tmp_path):
    """Makes the comparison of two trainings in a precision, with the nudged pair that belongs to it."""

    def make(torch=HONEST, tf=ROUNDED, precision="float64"):
        pairs = []
        for nudge in (None, precision, "float32"):
            paths = (tmp_path / f"{side}-{nudge}.npz" for side in ("torch", "tf"))
            run = Training(precision, nudge)
            pairs.append(
                TracePair(*(side.trace(path, run, STEPS) for side, path in zip((torch, tf), paths, strict=True)))
            )
        return compare_pair(precision, *pairs[:2]), pairs[2]

    return make


def metric(name, *values):
    """Curves of one metric: these values, the last of them to the end."""
    return lambda steps: {name: [values[min(step, len(values) - 1)] for step in range(steps)]}


def test_sides_that_differ_by_rounding_are_not_apart(compared):
    comparison, _ = compared()
    assert (comparison.parts_at, comparison.parts_in) == (None, None)
    assert 0 < comparison.gap.max() <= comparison.envelope.min()
    assert not comparison.apart
    assert not comparison.structural


def test_the_envelope_is_what_the_nudges_opened_times_the_factor_and_never_less_than_the_floor(compared):
    comparison, _ = compared(precision="float32")
    floor = allowances.ENVELOPE_FACTOR * allowances.FLOOR_ULPS * 2.0**-23
    assert comparison.envelope.min() >= floor
    assert (np.diff(comparison.envelope) >= 0).all()


def test_a_curve_parts_at_its_first_step_beyond_the_envelope(compared):
    comparison, _ = compared(tf=FakeSide(from_step(7, "loss", 1.5)))
    assert (comparison.parts_at, comparison.parts_in) == (7, "loss")
    assert comparison.gap[7] == pytest.approx(1 / 3, rel=1e-12)
    assert comparison.apart


def test_a_difference_in_a_tensor_is_apart_though_no_curve_parts(compared):
    comparison, _ = compared(tf=FakeSide(at(lambda key: key[:2] == (0, "buffer"), lambda value: value.reshape(1))))
    assert comparison.parts_at is None
    assert comparison.apart
    assert comparison.structural


def test_the_curve_that_parts_first_is_named(compared):
    torch, tf = (
        FakeSide(curves=metric("accuracy", 0.5)),
        FakeSide(from_step(7, "loss", 1.5), curves=metric("accuracy", 0.5, 0.5, 0.5, 0.75)),
    )
    comparison, _ = compared(torch, tf)
    assert (comparison.parts_at, comparison.parts_in) == (3, "accuracy")


@pytest.mark.parametrize("side", ["torch", "tf"])
def test_a_metric_that_one_side_lacks_parts_at_once(compared, side):
    comparison, _ = compared(**{side: FakeSide(curves=metric("accuracy", 0.5))})
    assert (comparison.parts_at, comparison.parts_in) == (0, "accuracy")


def test_a_metric_that_is_nan_on_both_sides_is_no_agreement(compared):
    both = FakeSide(curves=metric("accuracy", 0.5, np.nan))
    comparison, _ = compared(both, both)
    assert (comparison.parts_at, comparison.parts_in) == (1, "accuracy")


def test_a_count_that_flips_is_chance_in_float32_and_a_finding_in_float64(compared):
    torch, tf = (FakeSide(curves=metric("accuracy", accuracy)) for accuracy in (0.5, 0.5625))
    assert compared(torch, tf, "float32")[0].parts_at is None
    assert compared(torch, tf, "float64")[0].parts_in == "accuracy"


def test_seconds_and_examples_are_no_metrics(compared):
    comparison, _ = compared(tf=FakeSide(rounding, curves=metric("seconds", 9.0)))
    assert comparison.pair.metrics == []
    assert comparison.parts_at is None


def test_the_metrics_of_either_side_are_listed_once(compared):
    torch, tf = (
        FakeSide(curves=metric("accuracy", 1.0)),
        FakeSide(curves=lambda n: {"auc": [1] * n, "accuracy": [1] * n}),
    )
    assert compared(torch, tf)[0].pair.metrics == ["accuracy", "auc"]


def test_a_gap_within_what_a_float32_ulp_opens_is_a_leak(compared):
    rounded = at(lambda key: key[1] == "rate", lambda value: value.astype(np.float32).astype(value.dtype))
    assert is_leak(*compared(tf=FakeSide(rounded)))
    assert not is_leak(*compared(tf=FakeSide(from_step(0, "rate", 1.0001))))


def test_a_tensor_kept_in_float32_is_a_leak(compared):
    comparison, wide = compared(
        tf=FakeSide(at(lambda key: key[1] == "weights", lambda value: value.astype(np.float32)))
    )
    assert {row.verdict for row in comparison.rows if row.stage == "weights"} == {"dtype"}
    assert comparison.apart
    assert is_leak(comparison, wide)


@pytest.mark.parametrize(
    "change", [lambda value: None, lambda value: value.reshape(2, 2), lambda value: value * np.nan]
)
def test_a_finding_of_structure_is_no_leak(compared, change):
    comparison, wide = compared(tf=FakeSide(at(lambda key: key[0] == 1 and key[1] == "weights", change)))
    assert comparison.structural
    assert not is_leak(comparison, wide)


def test_a_metric_that_differs_is_no_leak(compared):
    torch, tf = (FakeSide(curves=metric("accuracy", accuracy)) for accuracy in (0.5, 0.75))
    assert not is_leak(*compared(torch, tf))


def test_a_parting_is_told_with_place_numbers_and_what_last_agreed(compared):
    comparison = replace(compared()[0], gap=np.array([0, 0, 0, 0, 0, 1e-9, 2e-6, 0.5]))
    found = difference(np.array([1.0, 0.5]), np.array([1.0, 0.25]))
    first = StageRow(4, "update", "fc1.weight", found, 1e-13)
    agreed = replace(first, stage="gradient", allowed=1.0)
    comparison = replace(comparison, rows=[agreed, first])
    assert parting_sentence(comparison, first) == (
        "parts at step 4, update, fc1.weight (gap 2.5e-01, allowed 1.0e-13, at [1] torch 0.5, tf 0.25); "
        "the last that agreed: step 4, gradient, fc1.weight; "
        "the loss is then apart by 1.0e-09 at step 5, 5.0e-01 at step 7"
    )


def test_what_parts_at_the_end_does_not_go_on(compared):
    comparison = replace(compared()[0], gap=np.array([0.0, 0.25]))
    first = StageRow(END, "buffer", "bn.running_var", difference(np.zeros(2), None), 1e-13)
    comparison = replace(comparison, rows=[first])
    assert parting_sentence(comparison, first) == "parts at the end, buffer, bn.running_var (missing in tf)"


def test_a_missing_tensor_is_told_without_numbers(compared):
    comparison = replace(compared()[0], gap=np.array([0.25]))
    first = StageRow(0, "forward", "conv1", difference(np.zeros(2), None), 1e-13)
    comparison = replace(comparison, rows=[first])
    assert parting_sentence(comparison, first) == "parts at step 0, forward, conv1 (missing in tf)"


def test_a_parting_of_curves_alone_names_the_curve(compared):
    comparison, _ = compared()
    told = parting_sentence(replace(comparison, parts_at=5, parts_in="loss"), None)
    torch, tf = (trace.curves["loss"][5] for trace in comparison.pair)
    assert told == f"the loss parts at step 5 (torch {torch}, tf {tf}), but no audited tensor does"


def evaluated(*losses):
    """The curves of an evaluation after every fifth step."""
    return lambda steps: {"evaluation_step": [4 + 5 * n for n in range(len(losses))], "evaluation_loss": list(losses)}


def test_an_evaluation_that_differs_parts_at_the_step_that_it_follows(compared):
    torch = FakeSide(curves=evaluated(0.5, 0.4, 0.3))
    comparison, _ = compared(torch, FakeSide(rounding, curves=evaluated(0.5, 0.4, 0.301)))
    assert (comparison.parts_at, comparison.parts_in) == (14, "evaluation_loss")
    assert "the evaluation_loss parts at step 14 (torch 0.3, tf 0.301)" in parting_sentence(comparison, None)


def test_evaluations_that_differ_by_rounding_are_not_apart(compared):
    torch = FakeSide(curves=evaluated(0.5, 0.4))
    comparison, _ = compared(torch, FakeSide(rounding, curves=evaluated(0.5 * (1 + 2**-52), 0.4)))
    assert not comparison.apart


@pytest.mark.parametrize("losses", [(0.5,), (0.5, np.nan)])
def test_an_evaluation_that_is_missing_or_nan_on_one_side_is_apart(compared, losses):
    torch = FakeSide(curves=evaluated(0.5, 0.4))
    comparison, _ = compared(torch, FakeSide(rounding, curves=evaluated(*losses)))
    assert (comparison.parts_at, comparison.parts_in) == (9, "evaluation_loss")


def test_an_evaluation_of_one_side_alone_is_apart(compared):
    comparison, _ = compared(FakeSide(), FakeSide(rounding, curves=evaluated(0.5)))
    assert comparison.parts_in == "evaluation_loss"
