"""Each step is judged by itself: what its gap is, what rounding explains of it, and which quantity parts first."""

import numpy as np
import pytest

from compare.judging.steps import (
    Place,
    Series,
    apart,
    closest,
    first_parting,
    series_of,
    smallest_update_seen,
    update_nearest,
)
from compare.traces.trace import Trace, TraceWriter
from tests.helpers.synthetic import header

LOSSES = [4.0, 2.0, 1.0, 1.0]
INF, NAN = np.inf, np.nan


def allow(opened, precision):
    """Twice what was opened, and never less than this."""
    return 2 * np.maximum(opened, 0.01)


@pytest.fixture
def trace(tmp_path):
    """A trace of these curves and of what a run that follows measured: a list of (gap, rounding) a tensor."""
    made = []

    def make(loss=LOSSES, of_steps=None, **curves):
        made.append(tmp_path / f"{len(made)}.npz")
        TraceWriter(made[-1]).close({"loss": loss, **curves}, header(), of_steps or {})
        return Trace(made[-1])

    return make


def judged(torch, tf, *nudged):
    return {(each.stage, each.tensor): each for each in series_of(torch, tf, nudged, "float64", allow)}


def series(stage, gap, allowed=0.1, tensor="t", steps=None):
    steps = np.arange(len(gap)) if steps is None else np.array(steps)
    return Series(stage, tensor, steps, np.array(gap, float), np.full(len(gap), allowed))


@pytest.mark.parametrize(
    ("ours", "theirs", "gap"),
    [
        ([4, 2, 2], [4, 2, 1], [0, 0, 0.5]),
        ([2, 2, 8], [2, 2, 6], [0, 0, 0.25]),
        ([2, 0.0, 2], [2, 1e-3, 2], [0, 5e-4, 0]),  # relative to the median of ours: a loss may cross zero
        ([0, 0, 0], [0, 0, 1], [0, 0, 1]),
        ([-1, -2], [1, -2], [4 / 3, 0]),  # of a median of 1.5
        ([1, NAN], [1, NAN], [0, INF]),
        ([1, 1], [1, NAN], [0, INF]),
        ([1, INF, -INF], [1, INF, -INF], [0, 0, 0]),
        ([1, INF, INF], [1, -INF, 1], [0, INF, INF]),
        ([1, 1], [1], [0, INF]),
        ([1], [1, 1], [0, INF]),
        ([], [1, 1], [INF, INF]),
        ([NAN, NAN], [1, 1], [INF, INF]),
    ],
)
def test_two_curves_are_apart_relative_to_the_greater_value_or_the_usual_one(ours, theirs, gap):
    count = max(len(ours), len(theirs))
    np.testing.assert_allclose(apart(np.array(ours, float), np.array(theirs, float), count), gap, rtol=1e-12)


def test_no_more_points_are_compared_than_asked_for():
    assert apart(np.array([1.0, 2.0]), np.array([1.0, 1.0]), 1).tolist() == [0]


def test_every_curve_and_every_tensor_is_a_series(trace):
    measured = {("update", "w"): [(0.5, 0.0)] * 4, ("buffer", "mean"): [(0.0, 0.0)] * 4}
    torch = trace(accuracy=[0.5] * 4, evaluation_step=[1, 3], evaluation_loss=[0.5, 0.4])
    tf = trace(of_steps=measured, auc=[0.5] * 4, evaluation_step=[1, 3], evaluation_loss=[0.5, 0.2])
    found = judged(torch, tf)
    assert list(found) == [
        ("loss", "loss"), ("metric", "accuracy"), ("metric", "auc"), ("evaluation", "evaluation_loss"),
        ("update", "w"), ("buffer", "mean"),
    ]  # fmt: skip
    evaluated = found["evaluation", "evaluation_loss"]
    assert (evaluated.steps.tolist(), evaluated.first) == ([1, 3], 3)
    np.testing.assert_allclose(evaluated.gap, [0, 0.2 / 0.45])  # of the median
    assert found["update", "w"].gap.tolist() == [0.5] * 4


@pytest.mark.parametrize("side", ["torch", "tf"])
def test_an_evaluation_of_one_side_alone_is_infinitely_far(trace, side):
    traces = {"torch": trace(), "tf": trace(), side: trace(evaluation_step=[2], evaluation_loss=[0.5])}
    found = judged(**traces)["evaluation", "evaluation_loss"]
    assert (found.steps.tolist(), found.gap.tolist()) == ([2], [INF])


def test_what_lies_behind_the_last_step_that_was_followed_is_not_judged(trace):
    torch = trace(accuracy=[0.5] * 4, evaluation_step=[1, 3], evaluation_loss=[0.5, 0.4])
    tf = trace(LOSSES[:2], accuracy=[0.5] * 2, evaluation_step=[1], evaluation_loss=[0.5])
    assert [each.gap.tolist() for each in judged(torch, tf).values()] == [[0, 0], [0, 0], [0]]


def test_what_nudged_runs_opened_in_that_very_step_is_allowed(trace):
    opened = [(0.1, 0.0), (0.2, 0.0), (0.0, 0.3), (0.0, 0.0)]
    tf, other = trace(of_steps={("update", "w"): [(0.0, 0.0)] * 4}), trace(of_steps={("update", "w"): opened[::-1]})
    nudged = trace([4.0, 1.0, 1.0, 1.0], {("update", "w"): opened})
    found = judged(trace(), tf, nudged, other)
    assert found["loss", "loss"].allowed.tolist() == [0.02, 1.0, 0.02, 0.02]
    np.testing.assert_allclose(found["update", "w"].allowed, [0.2, 0.4, 0.4, 0.2])


@pytest.mark.parametrize(("rounding", "allowed"), [(1e-6, 2.0), (2e-6, 4.0), (1e-8, 0.02)])
def test_an_update_that_is_zero_but_for_rounding_allows_none_that_is_more(trace, rounding, allowed):
    """A nudge turns it round; `rounding`, an ulp of the weights over the larger update, says how much tf's is."""
    tf = trace(of_steps={("update", "w"): [(1.0, rounding)] * 4})
    nudged = trace(of_steps={("update", "w"): [(1.0, 1e-6)] * 4})
    np.testing.assert_allclose(judged(trace(), tf, nudged)["update", "w"].allowed, [allowed] * 4)


def test_the_rounding_of_an_update_is_allowed_without_any_nudge(trace):
    tf = trace(of_steps={("update", "w"): [(0.5, 0.0), (0.5, 0.25), (0.5, 0.2), (0.0, 0.0)]})
    update = judged(trace(), tf)["update", "w"]
    assert update.allowed.tolist() == [0.02, 0.5, 0.4, 0.02]
    assert update.first == 0
    assert not update.gap[1] > update.allowed[1]


def test_a_nudged_run_measures_nothing_where_it_has_ended_or_is_not_finite(trace):
    tf = trace(of_steps={("update", "w"): [(0.0, 0.0)] * 4})
    ended = trace(LOSSES[:2], {("update", "w"): [(0.1, 0.0)] * 2})
    broken = trace([4.0, NAN, 1.0, INF], {("update", "w"): [(INF, 0.0)] * 4})
    unrelated = trace()
    found = judged(trace(), tf, ended, broken, unrelated)
    assert found["loss", "loss"].allowed.tolist() == [0.02] * 4
    assert found["update", "w"].allowed.tolist() == [0.2, 0.2, 0.02, 0.02]


def test_a_series_parts_at_the_first_step_beyond_and_says_its_number():
    assert series("loss", [0.0, 0.1, 0.2, 0.3]).first == 2
    assert series("evaluation", [0.0, 0.2], steps=[9, 19]).first == 19
    assert series("loss", [0.0, 0.1]).first is None
    assert series("loss", [0.0, INF]).first == 1


def test_the_earliest_step_parts_and_of_its_quantities_the_first_of_the_causes():
    parts, later = [0.0, 0.5], [0.0, 0.0, 0.5]
    stages = ("evaluation", "buffer", "update", "metric", "loss")
    assert first_parting([series(stage, parts) for stage in stages]).series.stage == "loss"
    assert first_parting([series("loss", later), series("buffer", parts)]).series.stage == "buffer"
    assert first_parting([series("loss", [0.0])]) is None
    assert first_parting([]) is None


def test_a_place_says_what_stands_there():
    curve = Series(
        "evaluation", "e", np.array([9, 19]), np.array([0.0, 0.5]), np.array([0.1, 0.2]), np.array([4.0, 2.0])
    )
    place = Place(19, curve)
    assert (place.gap, place.allowed, place.values) == (0.5, 0.2, [2.0])
    both = Series("loss", "loss", np.arange(2), np.zeros(2), np.zeros(2), np.array([4.0, 2.0]), np.array([3.0]))
    assert Place(0, both).values == [4.0, 3.0]
    assert Place(1, both).values == [2.0, None]
    assert Place(0, series("update", [0.0])).values == []


def test_the_smallest_difference_seen_is_that_of_most_weights_at_their_sharpest_step():
    weights = [
        Series("update", "w", np.arange(2), np.zeros(2), np.array(allowed)) for allowed in ([3, 1], [2, 9], [8, 8])
    ]
    assert smallest_update_seen([series("loss", [0.0], 1e-9), *weights]) == 2
    assert smallest_update_seen([series("loss", [0.0])]) == 0


def test_what_came_closest_to_its_allowance_is_found_among_all_and_among_updates():
    one, two = series("update", [0.01, 0.05], 0.1, "one"), series("update", [0.03, 0.01], 0.2, "two")
    loss = series("loss", [0.0, 0.09], 0.1)
    assert closest([loss, one, two]) == Place(1, loss)
    assert closest([one, two]) == Place(1, one)
    assert closest([series("loss", [])]) is None
    assert [(place.step, place.series.tensor) for place in update_nearest([loss, one, two])] == [(0, "two"), (1, "one")]
    assert update_nearest([loss]) == []


def test_what_is_nothing_but_rounding_is_not_what_came_closest_unless_it_is_beyond():
    """The bias before a batch norm: its gradient is another number on each side, and nothing of it is wrong."""
    bias, weight = series("update", [1.0, 1.9], 2.0, "bias"), series("update", [0.01, 0.02], 0.1, "weight")
    assert closest([bias, weight]) == Place(1, weight)
    assert [place.series.tensor for place in update_nearest([bias, weight])] == ["weight", "weight"]
    assert closest([bias]) is None
    beyond = series("update", [1.0, 2.1], 2.0, "bias")
    assert closest([beyond, weight]) == Place(1, beyond)
