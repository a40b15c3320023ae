"""One trajectory a precision lies beside the traces; who follows it pairs its own names with those in it."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.inputs.arrays import cast, nudge
from compare.running.request import Start, Training
from compare.running.trajectories import steps_to_train, trajectory_to_follow, trajectory_to_leave
from compare.traces.trajectory import TrajectoryWriter
from tests.helpers.synthetic import entries

STATES = [{"w": np.array([1.0, 2, 3, 4]) * (step + 1), "mean": np.array(0.1 * step)} for step in range(3)]
START = Start("weights.npz", (("q", "w[0:2]"), ("k", "w[2:4]"), ("moving", "mean")))
SEED = 5


@pytest.fixture
def follow(tmp_path):
    """What leads a side's model of these values along the trajectory, from its first step."""
    writer = TrajectoryWriter(tmp_path / "float64.trajectory")
    for state in STATES:
        writer.add(state)
    writer.close()

    def begin(values, side="torch", **training):
        framework = SimpleNamespace(
            side=side,
            weights=SimpleNamespace(
                named_parameters=lambda model: {k: v for k, v in entries(model).items() if k[0] != "m"},
                named_buffers=lambda model: {k: v for k, v in entries(model).items() if k[0] == "m"},
            ),
        )
        asked = Training(**{"precision": "float64", "follows": "float64"} | training)
        following = trajectory_to_follow(framework, values, asked, str(tmp_path / "7.npz"), SEED)
        following.begin()
        return following

    return begin


def own(dtype="float64"):
    return {"w": np.zeros(4, dtype), "mean": np.zeros((), dtype)}


def of_tf():
    return {"q": np.zeros(2), "k": np.zeros(2), "moving": np.zeros(())}


def same(left, right):
    assert left.keys() == right.keys()
    for name in left:
        assert left[name].dtype == right[name].dtype
        np.testing.assert_array_equal(left[name], right[name], name)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_run_leaves_its_trajectory_under_its_precision_beside_its_trace(tmp_path, precision):
    writer = trajectory_to_leave(Training(precision, leads=True), str(tmp_path / "3.npz"))
    writer.add(own())
    writer.close()
    assert [path.name for path in tmp_path.iterdir()] == [f"{precision}.trajectory"]


def test_a_run_that_neither_leads_nor_follows_has_no_trajectory(tmp_path):
    training = Training("float64")
    assert trajectory_to_leave(training, str(tmp_path / "3.npz")) is None
    assert trajectory_to_follow(None, None, training, str(tmp_path / "3.npz"), SEED) is None


def test_the_sides_of_a_case_have_the_same_names(follow):
    for side in ("torch", "tf"):
        values = own()
        follow(values, side).measure()
        same(values, STATES[0])


def test_the_tf_side_of_a_port_follows_under_its_own_names(follow):
    values = of_tf()
    following = follow(values, "tf", start=START)
    assert (values["q"].tolist(), values["k"].tolist(), values["moving"]) == ([1, 2], [3, 4], 0)
    following.measure()
    assert set(following.apart) == {("update", "q"), ("update", "k"), ("buffer", "moving")}


def test_the_torch_side_of_a_port_is_measured_by_what_tfs_weights_are_of_its_own(follow):
    values = own()
    following = follow(values, "torch", start=START)
    same(values, STATES[0])
    following.measure()
    assert set(following.apart) == {("update", "w[0:2]"), ("update", "w[2:4]"), ("buffer", "mean")}


def test_a_side_follows_in_its_own_precision(follow):
    values = own("float32")
    follow(values, precision="float32")
    same(values, cast(STATES[0], "float32"))


@pytest.mark.parametrize(("sample", "ulps"), [(0, 1), (3, 1), (3, 8)])
def test_a_nudge_moves_the_weights_of_each_step_anew(follow, sample, ulps):
    values = own()
    following = follow(values, nudge="float32", sample=sample, ulps=ulps)
    same(values, nudge(STATES[0], SEED, "float32", f"/0/{sample}", ulps))
    following.measure()
    following.begin()
    same(values, nudge(STATES[1], SEED, "float32", f"/1/{sample}", ulps))


def test_no_more_steps_are_trained_than_asked_for_or_led():
    def led(steps):
        return SimpleNamespace(steps=steps)

    assert steps_to_train(Training("float64"), None) is None
    assert steps_to_train(Training("float64", steps=3), None) == 3
    assert steps_to_train(Training("float64"), led(2)) == 2
    assert steps_to_train(Training("float64", steps=3), led(2)) == 2
    assert steps_to_train(Training("float64", steps=1), led(2)) == 1
