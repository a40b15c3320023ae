"""A run that follows begins each step where another run did, and is measured by what that step did in each of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from compare.traces.following import Following, relative, update_apart
from compare.traces.trajectory import Trajectory, TrajectoryWriter
from tests.helpers.synthetic import entries

STATES = [{"w": np.array([8.0, 4.0]), "mean": np.array(1.0)}, {"w": np.array([6.0, 4.0]), "mean": np.array(2.0)}]
SAME = {"w": "w", "mean": "mean"}


@pytest.fixture
def follow(tmp_path):
    """What follows these states, and its own values: weights, but for those whose name begins with "mean"."""

    def make(states, values, loaded, compared=None, **options):
        writer = TrajectoryWriter(tmp_path / "some.trajectory")
        for state in states:
            writer.add(state)
        writer.close()
        weights = entries(values)
        buffers = {name: weights.pop(name) for name in list(weights) if name.startswith("mean")}
        trajectory = Trajectory(tmp_path / "some.trajectory")
        return Following(trajectory, weights, buffers, loaded, compared or loaded, **options)

    return make


def own():
    return {"w": np.zeros(2), "mean": np.array(0.0)}


def test_each_step_begins_with_the_other_runs_state_and_the_end_is_its_last(follow):
    values = own()
    following = follow(STATES, values, SAME)
    assert following.steps == 1
    following.begin()
    assert (values["w"].tolist(), values["mean"]) == ([8, 4], 1)
    values["w"] = np.array([100.0, 100.0])
    following.measure()
    following.begin()
    assert (values["w"].tolist(), values["mean"]) == ([6, 4], 2)


def test_a_step_is_measured_by_its_update_and_by_the_buffers_behind_it(follow):
    values = own()
    following = follow(STATES, values, SAME)
    following.begin()
    values |= {"w": np.array([7.0, 4.0]), "mean": np.array(1.5)}  # by -1, where the other run went by -2
    following.measure()
    eps = np.finfo(np.float64).eps
    assert {key: list(found) for key, found in following.apart.items()} == {
        ("update", "w"): [0.5, eps * 8 / 2],
        ("buffer", "mean"): [0.25, 0],
    }


def test_every_step_adds_its_own_measures(follow):
    states, values = [{"w": np.array([float(step)])} for step in (1, 2, 4, 4)], {"w": np.zeros(1)}
    following = follow(states, values, {"w": "w"})
    for _ in range(following.steps):
        following.begin()
        values["w"] = values["w"] + 1
        following.measure()
    gaps = np.reshape(following.apart["update", "w"], (-1, 2))[:, 0]
    assert gaps.tolist() == [0, 0.5, 1], "the updates of the other run were 1, 2 and 0"


def test_a_nudged_step_is_measured_from_where_it_began(follow):
    moves, values = [], own()

    def move(state, step):
        moves.append(step)
        return {**state, "w": state["w"] + 1}

    following = follow(STATES, values, SAME, move=move)
    following.begin()
    assert values["w"].tolist() == [9, 5]
    values["w"] = values["w"] + np.array([-2.0, 0])
    following.measure()
    following.begin()
    assert moves == [0, 1]
    assert following.apart["update", "w"][0] == 0


def test_names_may_stand_for_slices_and_sums_of_the_other_runs_weights(follow):
    states = [{"w": np.arange(4.0) * factor, "v": np.ones(2) * factor} for factor in (1, 2)]
    values = {"low": np.zeros(2), "sum": np.zeros(2)}
    following = follow(states, values, {"low": "w[0:2]", "sum": "w[2:4] + v"})
    following.begin()
    assert (values["low"].tolist(), values["sum"].tolist()) == ([0, 1], [3, 4])
    values |= {"low": values["low"] * 2, "sum": values["sum"] * 3}
    following.measure()
    assert following.apart["update", "low"][0] == 0
    assert following.apart["update", "sum"][0] == 0.5


def test_torch_itself_may_be_compared_in_expressions_of_its_own_weights(follow):
    states, values = [{"w": np.arange(4.0)}, {"w": np.array([1.0, 2, 4, 7])}], {"w": np.zeros(4)}
    following = follow(states, values, {"w": "w"}, {"w[0:2]": "w[0:2]", "w[2:4]": "w[2:4]"})
    following.begin()
    values["w"] = values["w"] + 1
    following.measure()
    assert [following.apart["update", name][0] for name in ("w[0:2]", "w[2:4]")] == [0, 0.75]


def test_a_weight_without_a_partner_stays_the_runs_own(follow):
    values = {**own(), "extra": np.array([5.0])}
    following = follow(STATES, values, SAME)
    following.begin()
    values["extra"] = np.array([7.0])
    following.measure()
    following.begin()
    assert values["extra"] == 7
    assert set(following.apart) == {("update", "w"), ("buffer", "mean")}


@pytest.mark.parametrize(
    ("one", "other", "gap"),
    [
        ([1, 2], [1, 1], 0.5),
        ([0, 0], [0, 0], 0),
        ([0, -4], [0, 4], 2),
        ([1e-300, 1], [2e-300, 1], 1e-300),
        ([np.inf, 2], [np.inf, 1], 0.5),
        ([np.inf, 2], [-np.inf, 2], np.inf),
        ([np.inf, 2], [1, 2], np.inf),
        ([np.nan, 1], [np.nan, 1], np.inf),
        ([np.nan, 1], [0, 1], np.inf),
        ([1.5e308], [-1.5e308], 2),
        ([], [], 0),
    ],
)
def test_the_gap_is_the_largest_difference_over_the_largest_magnitude(one, other, gap):
    one, other = np.array(one, float), np.array(other, float)
    assert relative(one, other) == relative(other, one) == pytest.approx(gap, rel=1e-12)


def test_counts_are_compared_as_numbers_and_float32_as_it_is():
    assert relative(np.array(3), np.array(4)) == 0.25
    assert relative(np.array([True, False]), np.array([True, True])) == 1
    assert relative(np.float32([1, 2]), np.float32([1, 2]) + np.spacing(np.float32([0, 2]))) == 2.0**-22 / (
        2 + 2.0**-22
    )
    assert relative(np.float32([3e38]), np.float32([-3e38])) == 2


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.float64, 3, elements=st.floats(-1e100, 1e100)), arrays(np.float64, 3, elements=st.floats(-1e100, 1e100))
)
def test_a_gap_is_never_more_than_two(one, other):
    assert 0 <= relative(one, other) <= 2


def test_the_rounding_of_an_update_is_one_ulp_of_its_largest_weight():
    weights, update = np.array([1000.0, 1.0], np.float32), np.array([0.0, 0.5], np.float32)
    eps = float(np.finfo(np.float32).eps)
    assert update_apart(update, update, weights) == (0, pytest.approx(2000 * eps, rel=1e-6))
    assert update_apart(update * 0, update * 0, weights) == (0, 0), "a step that moves nothing was not rounded"
    assert update_apart(update * np.nan, update, weights)[0] == np.inf
