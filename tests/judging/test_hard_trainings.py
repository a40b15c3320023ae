"""Trainings that a judge may trip over, each with the verdict and the place that are right."""

from functools import cache

import numpy as np
import pytest

from compare.judging.settings import differences
from compare.judging.study import study
from tests.helpers.synthetic import FakeSide, at, from_step, judge, rounding, runs_of
from tests.helpers.trainings import Chaotic, Fresh, Normalised, Regression

BOTH, SINGLE, DOUBLE = ("float64", "float32"), ("float32",), ("float64",)
LATE = 30


def and_rounding(fault):
    """That fault in a side which sums in another order."""
    return lambda key, value: fault(key, rounding(key, value))


def in_float32(fault):
    return lambda key, value: fault(key, value) if value.dtype == np.float32 else value


@cache
def always(accuracy):
    """Curves of a metric that stays the same; one function a value, so that sides are equal."""
    return lambda steps: {} if accuracy is None else {"accuracy": [accuracy] * steps}


@pytest.fixture
def judged(tmp_path):
    """What two sides come to that train these models, the second with this fault; not asked whether they fall."""

    def of(torch, tf=None, fault=rounding, steps=40, precisions=BOTH, nudged=True, curves=(None, None)):
        sides = FakeSide(model=torch), FakeSide(fault, model=tf or torch)
        sides = [
            FakeSide(side.fault, curves=always(v), model=side.model) for side, v in zip(sides, curves, strict=True)
        ]
        return study(runs_of(tmp_path, *sides, steps), None, precisions, nudged)

    return of


def key(judgement):
    return judgement.first_divergence and judgement.first_divergence.key


# Chaos


@pytest.mark.parametrize("precisions", [DOUBLE, SINGLE])
def test_a_rate_halved_late_in_a_chaotic_training_is_found_at_its_step(judged, precisions):
    of = judged(Chaotic(), fault=and_rounding(from_step(LATE, "rate", 0.5)), precisions=precisions)
    assert (of.verdict, key(of)) == ("diverged", (LATE, "rate", "learning_rate"))
    assert "leak" not in of.findings[0]


def test_a_chaotic_training_that_is_right_is_equivalent_in_both_precisions(judged):
    of = judged(Chaotic(), steps=80)
    assert (of.verdict, of.findings) == ("equivalent", ())
    assert of.comparisons["float32"].gap.max() > 0.1, "its free losses have nothing in common in the end"


# Float32 alone is wrong


def test_half_the_rate_in_float32_only_is_diverged_though_float64_agrees(judged):
    of = judged(Chaotic(2.5), fault=in_float32(from_step(0, "rate", 0.5)))
    assert (of.verdict, key(of)) == ("diverged", (0, "rate", "learning_rate"))
    assert not of.comparisons["float64"].apart
    assert "in float64 every step agrees" in of.findings[1]
    assert "tf is off by 5.0e-01" in of.findings[1]


@pytest.mark.parametrize("precisions", [BOTH, SINGLE])
@pytest.mark.parametrize(("curves", "said"), [((0.1, 0.9), "tf 0.9"), ((0.1, None), "missing in tf")])
def test_a_metric_that_differs_or_is_missing_is_diverged_in_any_precision(judged, precisions, curves, said):
    of = judged(Regression(), precisions=precisions, curves=curves)
    assert of.verdict == "diverged"
    assert of.findings[0].startswith(f"the accuracy parts at step 0 (torch 0.1, {said})")


def test_a_forgotten_weight_decay_is_seen_in_float32_alone(judged):
    of = judged(Fresh(decay=1e-4), Fresh(), steps=100, precisions=SINGLE)
    assert (of.verdict, key(of)[1:]) == ("diverged", ("update", "weight"))


# What is no leak


@pytest.mark.parametrize("precisions", [BOTH, DOUBLE])
def test_an_epsilon_of_a_layer_norm_is_no_leak_though_it_does_no_more_than_one(judged, precisions):
    of = judged(Normalised(1e-5), Normalised(1e-12), precisions=precisions)
    assert (of.verdict, key(of)) == ("diverged", (0, "forward", "norm"))
    assert [row.setting for row in differences(of.settings)] == ["eps"]
    assert of.first_divergence.difference.max_rel < 1e-5


def test_the_same_layer_norm_on_both_sides_is_equivalent(judged):
    assert judged(Normalised()).verdict == "equivalent"


@pytest.mark.parametrize("stage", ["update", "rate"])
def test_every_update_off_by_more_than_a_rounded_constant_is_diverged(judged, stage):
    of = judged(Regression(), fault=and_rounding(from_step(0, stage, 1 + 4e-7)))
    assert (of.verdict, key(of)[:2]) == ("diverged", (0, stage))


# Values of an odd kind


@pytest.mark.parametrize("precisions", [BOTH, SINGLE])
@pytest.mark.parametrize("nudged", [True, False])
def test_equal_infinities_on_both_sides_are_equivalent(judged, precisions, nudged):
    assert judged(Regression(masked=True), precisions=precisions, nudged=nudged).verdict == "equivalent"


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_an_output_that_one_side_alone_masks_is_diverged_where_it_reaches_the_loss(judged):
    masked = at(lambda key: key[1] in ("forward", "loss"), lambda value: np.where(np.ones(value.shape), -np.inf, 0))
    of = judged(Regression(), fault=masked)
    assert (of.verdict, key(of)) == ("diverged", (0, "forward", "linear"))


@pytest.fixture
def crossing(tmp_path):
    """A regression whose loss is zero at step 12."""
    (tmp_path / "plain").mkdir()
    losses = judge(tmp_path / "plain", steps=20).judgement.comparisons["float64"].pair.torch.curves["loss"]
    return Regression(offset=float(losses[12]))


@pytest.mark.parametrize("precisions", [BOTH, SINGLE])
@pytest.mark.parametrize("nudged", [True, False])
def test_a_loss_that_crosses_zero_is_equivalent(judged, crossing, precisions, nudged):
    of = judged(crossing, steps=60, precisions=precisions, nudged=nudged)
    assert of.verdict == "equivalent"
    assert not any("leak" in finding for finding in of.findings)


@pytest.mark.parametrize("precisions", [BOTH, SINGLE])
@pytest.mark.parametrize("nudged", [True, False])
def test_a_fault_behind_the_crossing_is_found_at_its_own_step(judged, crossing, precisions, nudged):
    fault = and_rounding(from_step(LATE, "rate", 1.02))
    of = judged(crossing, steps=60, precisions=precisions, nudged=nudged, fault=fault)
    assert (of.verdict, key(of)[0]) == ("diverged", LATE)
    assert not nudged or key(of)[1] == "rate", "without nudges, what cancels looks like a difference too"


# What differs harmlessly


TAPE = Regression(decay=0.01, shown=True)  # its gradient includes the weight decay, as a tape's does


@pytest.mark.parametrize("precisions", [BOTH, SINGLE])
def test_a_gradient_that_is_shown_with_its_weight_decay_is_equivalent(judged, precisions):
    of = judged(Regression(decay=0.01), TAPE, precisions=precisions)
    assert of.verdict == "equivalent"


@pytest.mark.parametrize("precisions", [BOTH, SINGLE])
@pytest.mark.parametrize("step", [0, 1, LATE])
def test_it_is_not_blamed_for_an_update_that_parts_at_the_same_step_or_later(judged, precisions, step):
    fault = and_rounding(from_step(step, "update", 1.002))
    of = judged(Regression(decay=0.01), TAPE, fault, precisions=precisions)
    assert (of.verdict, key(of)) == ("diverged", (step, "update", "weight"))
