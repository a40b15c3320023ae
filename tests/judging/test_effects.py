"""How far one difference alone moves the loss of PyTorch's run."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging.difference import difference
from compare.judging.effects import MOST, with_effects
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.isolation import Isolated
from compare.judging.stages import StageRow
from compare.judging.ways import Ways
from compare.running.request import Training
from compare.traces.step import END
from compare.traces.trace import ONCE_MORE, Trace, TracePair, TraceWriter
from tests.helpers.synthetic import header

KEYS = [
    (0, "forward", "fc"),
    (0, "upstream", "fc 0"),
    (0, "loss", "loss"),
    (0, "update", "fc.weight"),
    (0, "rate", "r"),
]
TRAINING = Training("float64", audits=(0,), steps=1, follows="float64")


def leave(path, keys, losses=(1.0,), once_more=1.0, at_the_end=1.0):
    writer = TraceWriter(path)
    for key, value in keys.items():
        writer.tensor(*key, np.asarray(value))
    writer.tensor(END, "loss", "loss", np.asarray(at_the_end))
    writer.close({"loss": losses, ONCE_MORE: [once_more]}, header())
    return Trace(path)


@pytest.fixture
def isolated(tmp_path):
    """Where both sides are 1, and tf's 1.5, at every key."""
    pair = TracePair(*(leave(tmp_path / f"{of}.npz", {key: [of] for key in KEYS}) for of in (1.0, 1.5)))
    rows = [StageRow(*key, difference(pair.torch[key], pair.tf[key]), 1e-13) for key in KEYS]
    return Isolated(rows, rows, Ways.alike({"loss": frozenset(["fc"])}), pair, TRAINING, tmp_path)


class Runs:
    """Torch's runs; those to which something is added leave these losses."""

    def __init__(self, directory, **left):
        self.directory, self.left, self.asked, self.added = directory, left, [], []

    def __call__(self, *wanted):
        traces = []
        for number, (side, training) in enumerate(wanted):
            assert side == "torch"
            self.asked.append(training)
            if training.injected:
                with np.load(training.injected) as file:
                    self.added.append({key: file[key].tolist() for key in file.files})
            traces.append(leave(self.directory / f"run_{number}.npz", {}, **(self.left if training.injected else {})))
        return traces


def of(place, *keys, isolated, kind=""):
    return IsolatedDifference(place, kind, tuple(row for row in isolated.rows if row.key in keys))


LAYER = (0, "forward", "fc")


def test_what_tf_has_more_than_torch_is_added_to_a_free_run_of_torch(isolated, tmp_path):
    runs = Runs(tmp_path, losses=(1.25,))
    [found] = with_effects(runs, isolated, [of("layer", LAYER, isolated=isolated)])
    assert found.effect == pytest.approx(0.2)
    assert runs.added == [{"0/forward/fc": [0.5]}]
    assert [training.follows for training in runs.asked] == [None]


def test_torchs_run_without_it_is_made_where_the_isolated_one_ended_before(isolated, tmp_path):
    runs = Runs(tmp_path, losses=(1.25,))
    longer = replace(isolated, training=replace(TRAINING, steps=2))
    [found] = with_effects(runs, longer, [of("layer", LAYER, isolated=isolated)])
    assert found.effect == pytest.approx(0.2)
    assert [bool(training.injected) for training in runs.asked] == [False, True]


@pytest.mark.parametrize("where", ["once_more", "at_the_end"])
def test_the_largest_counts_behind_the_step_and_in_evaluation_too(isolated, tmp_path, where):
    runs = Runs(tmp_path, **{where: 0.5})
    [found] = with_effects(runs, isolated, [of("layer", LAYER, isolated=isolated)])
    assert found.effect == 0.5


def test_a_loss_has_its_own_gap_and_is_added_to_the_gradients_that_come_back_through_it(isolated, tmp_path):
    runs = Runs(tmp_path)
    [found] = with_effects(runs, isolated, [of("loss", (0, "loss", "loss"), isolated=isolated)])
    assert found.effect == pytest.approx(1 / 3)
    assert "0/upstream/fc 0" in runs.added[0]


def test_a_rate_is_added_as_the_updates_that_it_makes(isolated, tmp_path):
    runs = Runs(tmp_path, once_more=2.0)
    [found] = with_effects(runs, isolated, [of("learning rate", (0, "rate", "r"), isolated=isolated)])
    assert found.effect == 0.5
    assert "0/update/fc.weight" in runs.added[0]


def test_what_is_no_single_tensor_of_torchs_has_no_effect_measured(isolated, tmp_path):
    sliced = StageRow(0, "update", "fc.weight[0:3]", difference(np.ones(1), np.zeros(1)), 0.0)
    runs = Runs(tmp_path)
    every = [IsolatedDifference("optimizer", "", (sliced,)), of("layer", LAYER, isolated=isolated, kind="LSTM")]
    assert [each.effect for each in with_effects(runs, isolated, every)] == [None, None]
    assert runs.asked == []


def test_of_many_the_first_are_measured(isolated, tmp_path):
    every = [of("layer", LAYER, isolated=isolated)] * (MOST + 1)
    found = with_effects(Runs(tmp_path), isolated, every)
    assert [each.effect is None for each in found] == [False] * MOST + [True]


@pytest.mark.parametrize("moves", [True, False])
def test_a_gradient_that_reaches_no_weight_is_no_difference_where_a_step_moves_any(isolated, tmp_path, moves):
    back = (0, "upstream", "fc 0")
    run = Runs(tmp_path)
    torch = leave(tmp_path / "torch.npz", {key: [1.0 if key[1] != "update" else float(moves)] for key in KEYS})
    isolated = replace(isolated, pair=isolated.pair._replace(torch=torch))
    differences = [of("backward", back, isolated=isolated), of("layer", LAYER, isolated=isolated)]
    assert len(with_effects(run, isolated, differences)) == 2 - moves
    run.left = {"at_the_end": 0.5}
    assert len(with_effects(run, isolated, differences)) == 2
