"""Two sides that are NaN alike neither agree nor differ: the first step where they are is said, and why."""

import numpy as np
import pytest

from compare.judging.difference import difference, difference_at
from tests.helpers.synthetic import FakeSide, at, from_step, judge, rounding
from tests.helpers.two_traces import Traces

LATE = 23
NAN = from_step(LATE, "loss", np.nan)


def test_data_that_are_missing_in_the_same_places_are_the_same_data():
    data = np.array([[np.nan, 1.0], [2.0, 3.0]])
    assert difference_at("batch", data, data.copy(), 0.0).max_rel == 0
    assert difference_at("forward", data, data.copy(), 0.0).kind == "not finite"
    assert difference_at("batch", data, np.array([[0.0, 1.0], [2.0, 3.0]]), 0.0).kind == "not finite"


def test_images_with_nan_are_compared_in_the_layout_of_each_side():
    images = np.arange(24.0).reshape(1, 2, 3, 4)
    images[0, 1, 2, 3] = np.nan
    assert difference_at("batch", images, np.moveaxis(images, 1, -1), 0.0).max_rel == 0
    assert difference_at("forward", images, np.moveaxis(images, 1, -1), 0.0).tells_nothing(0.0)


def test_what_else_differs_beside_the_same_nan_is_a_difference():
    torch, tf = np.array([np.nan, 1.0]), np.array([np.nan, 1.5])
    assert difference(torch, torch.copy()).tells_nothing(1e-9)
    assert not difference(torch, tf).tells_nothing(1e-9)
    assert not difference(torch, np.array([1.0, np.nan])).tells_nothing(1e-9)
    assert not difference(np.array([np.inf]), np.array([-np.inf])).tells_nothing(1e-9)


def test_a_difference_before_both_are_nan_is_the_divergence(tmp_path):
    def wrong(key, value):
        return NAN(key, from_step(7, "rate", 0.5)(key, value))

    judgement = judge(tmp_path, FakeSide(NAN), FakeSide(wrong)).judgement
    assert judgement.first_divergence.key == (7, "rate", "learning_rate")


def test_data_that_hold_nan_are_said_to_be_why(tmp_path):
    def broken(key, value):
        holds = key[0] == LATE and key[1] == "batch"
        return value * np.nan if holds else NAN(key, value)

    judgement = judge(tmp_path, FakeSide(broken), FakeSide(broken)).judgement
    assert judgement.verdict == "error"
    assert f"from step {LATE} on: array" in judgement.findings[0]
    assert "of the batch, the same on both, holds NaN" in judgement.findings[0]


@pytest.mark.parametrize("step", [1, 20])
def test_two_recorded_loops_that_become_nan_alike_are_not_called_different(tmp_path, step):
    traces = Traces(tmp_path)
    traces.record("torch", from_step(step, "loss", np.nan))
    traces.record("tf", from_step(step, "loss", np.nan))
    result = traces.diff()
    assert result.verdict == "error"
    assert result.findings[0].startswith(f"both sides are not finite from step {step} on")


def test_a_weight_that_is_nan_on_both_sides_behind_losses_that_are_not_is_no_agreement(tmp_path):
    broken = at(lambda key: key[0] == 2 and key[1] == "update", lambda value: value * np.nan)
    traces = Traces(tmp_path)
    traces.record("torch", broken)
    traces.record("tf", broken)
    assert traces.diff().verdict != "equivalent"


def exploded(of_updates):
    """A loss that overflows at LATE, and the updates of that step."""
    infinite = at(lambda key: key[0] == LATE and key[1] == "loss", lambda value: value * np.inf)
    updates = at(lambda key: key[0] == LATE and key[1] == "update", of_updates)
    return lambda key, value: updates(key, infinite(key, value))


def test_what_is_nan_behind_a_loss_that_overflows_on_both_sides_is_chance(tmp_path):
    sides = FakeSide(exploded(np.zeros_like)), FakeSide(exploded(lambda value: value * np.nan))
    judgement = judge(tmp_path, *sides).judgement
    assert (judgement.verdict, judgement.first_divergence) == ("error", None)
    assert judgement.findings[0].startswith(f"both sides are not finite from step {LATE} on: both losses are infinite")


def test_an_update_that_is_nan_behind_a_finite_loss_is_a_divergence(tmp_path):
    broken = at(lambda key: key[0] == LATE and key[1] == "update", lambda value: value * np.nan)
    assert judge(tmp_path, FakeSide(rounding), FakeSide(broken)).judgement.first_divergence.key[:2] == (LATE, "update")


def test_a_loop_that_alone_becomes_nan_is_diverged(tmp_path):
    assert judge(tmp_path, FakeSide(NAN), FakeSide(rounding)).judgement.verdict == "diverged"
