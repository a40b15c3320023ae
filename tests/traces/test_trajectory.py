"""A trajectory gives back each state as it was left, in no more bytes than it may take."""

import numpy as np
import pytest

from compare.traces.trajectory import Trajectory, TrajectoryWriter

STATES = 5


def state(step):
    """Arrays of all kinds; those of each step are different."""
    return {
        "fc.weight": np.arange(6.0).reshape(2, 3) + step,
        "a b[0:2] + c": np.float32([step, -1]),
        "bn.running_var": np.array(0.1 * step),
        "bn.batches": np.array(step, np.int64),
        "none": np.empty((0, 3)),
        "transposed": (np.arange(6, dtype=np.float32).reshape(2, 3) * step).T,
        "mask": np.array([True, step > 2]),
    }


@pytest.fixture
def left(tmp_path):
    """The trajectory of so many states, as it is read back."""

    def leave(states=STATES, **most):
        writer = TrajectoryWriter(tmp_path / "some.trajectory", **most)
        for step in range(states):
            writer.add(state(step))
        writer.close()
        return Trajectory(tmp_path / "some.trajectory")

    return leave


@pytest.mark.parametrize("step", [0, 3, STATES - 1, 2])
def test_every_state_comes_back_bit_by_bit_in_any_order(left, step):
    found, expected = left()[step], state(step)
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape), name
        np.testing.assert_array_equal(found[name], array, name)


def test_a_step_can_be_followed_where_the_state_behind_it_is_known_too(left):
    trajectory = left()
    assert (trajectory.states, trajectory.steps) == (STATES, STATES - 1)


def test_no_more_states_are_kept_than_there_are_bytes_for_and_the_first_ones_are_whole(left, tmp_path):
    left()
    size = (tmp_path / "some.trajectory").stat().st_size
    trajectory = left(most=size - 1)
    assert trajectory.states == STATES - 1
    assert (tmp_path / "some.trajectory").stat().st_size < size
    np.testing.assert_array_equal(trajectory[STATES - 2]["fc.weight"], state(STATES - 2)["fc.weight"])
    assert left(most=size).states == STATES


def test_a_trajectory_that_is_not_there_or_empty_is_refused(tmp_path):
    with pytest.raises(OSError, match=r"none\.trajectory"):
        Trajectory(tmp_path / "none.trajectory")
    (tmp_path / "empty.trajectory").touch()
    with pytest.raises(ValueError, match="Expecting value"):
        Trajectory(tmp_path / "empty.trajectory")
