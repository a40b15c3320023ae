"""A smoothed curve is compared by the same smoothing of the other, and another training is not taken for one."""

from dataclasses import replace

import numpy as np
import pytest

from compare.logs.diagnose import diagnose
from compare.logs.loss_log import LossLog
from compare.logs.smoothing import moving_averages, running, smoothed
from tests.helpers.numpy_training import Training, log, losses

PLAIN = losses(Training(rate=0.02))


def averaged(curve, weight, debiased):
    last, made = (0.0 if debiased else curve[0]), []
    for count, loss in enumerate(curve, 1):
        last = weight * last + (1 - weight) * loss
        made.append(last / (1 - weight**count) if debiased else last)
    return np.array(made)


def test_a_moving_average_of_three_losses_by_hand():
    begun_at_0 = [1, (0.25 * 1 + 0.5 * 3) / 0.75, (0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875]
    begun_at_first = [1, 0.5 * 1 + 0.5 * 3, 0.25 * 1 + 0.25 * 3 + 0.5 * 5]
    for debiased, expected in ((True, begun_at_0), (False, begun_at_first)):
        made = moving_averages(np.array([1.0, 3, 5]), np.array([0.5]), debiased)
        assert made[:, 0] == pytest.approx(expected)


@pytest.mark.parametrize("debiased", [True, False])
@pytest.mark.parametrize("weight", [0.1, 0.6, 0.9, 0.99, 0.995])
@pytest.mark.parametrize("swapped", [False, True])
def test_the_same_training_smoothed_is_equal_and_its_weight_is_said(weight, debiased, swapped):
    pair = log(PLAIN), log(averaged(PLAIN, weight, debiased), name="right.csv")
    diagnosis = diagnose(*pair[::-1] if swapped else pair)
    assert diagnosis.pattern == "equal"
    assert f"right.csv is smoothed, with a weight of {weight}" in diagnosis.note


@pytest.mark.parametrize("form", ["%.9g", "%.4f", "%.3g"])
def test_a_training_with_a_small_fault_is_not_taken_for_a_smoothed_one(form):
    for changes in ({"rate_from": (0, 1.1)}, {"weight_decay": 1e-2}, {"other_batches": 1}, {"offset": 1e-3}):
        other = losses(replace(Training(rate=0.02), **changes))
        assert not [*smoothed(log(PLAIN, form), log(other, form, "right.csv"))], changes


def test_a_smoothed_curve_of_another_training_is_said_to_measure_something_else():
    curve = averaged(losses(Training(rate=0.02, rate_from=(0, 1.5))), 0.9, debiased=True)
    diagnosis = diagnose(log(PLAIN), log(curve, name="right.csv"))
    assert diagnosis.pattern == "measured differently"
    assert "smoothed curves" in diagnosis.sentence


def test_running_means_are_as_coarse_as_all_the_losses_they_were_made_of():
    plain = LossLog(log(PLAIN).path, np.arange(3), np.array([2.5, 0.5, 0.25]), np.array([1.0, 0.1, 0.1]))
    [(made, *_), *_] = running(plain, replace(plain, losses=np.array([2.5, 1.5, 1.08])), None)
    assert made.losses == pytest.approx([2.5, 1.5, 3.25 / 3])
    assert made.units == pytest.approx([1, 0.55, 0.4])


def test_running_means_of_losses_in_three_digits_are_equal():
    means = np.cumsum(PLAIN) / np.arange(1, len(PLAIN) + 1)
    assert diagnose(log(PLAIN, "%.3g"), log(means, name="right.csv")).pattern == "equal"


def test_a_flat_log_in_few_digits_is_not_taken_for_running_means():
    flat = LossLog(log(PLAIN).path, np.arange(60), np.full(60, 2.61), np.full(60, 0.01))
    falling = replace(flat, losses=np.round(2.61 * np.exp(-np.maximum(np.arange(60) - 2, 0) / 20), 2))
    assert not [*running(falling, flat, None)]
