"""Running statistics that stand still on one side alone show the mode that its normalisations run in."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.advice import what_to_compare
from compare.judging.judgement import Judgement
from compare.judging.modes import IN_EVALUATION_MODE, say_mode
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.traces.trace import TracePair

FIRST = StageRow(0, "forward", "bn1", None, 0.0)


class Recorded(dict):
    keys = property(list)
    header = SimpleNamespace(side="torch")


BEFORE = np.array([0.5, 1.0, 2.0])  # as a checkpoint left them


def statistics(moved, step=0, layer="bn1"):
    """What a step found of the running statistics of a layer, and what it left."""
    names = [f"{layer}.{role}" for role in ("running_mean", "running_var")]
    before = {(step, "weights", name): BEFORE for name in names}
    return before | {(step, "buffer", name): BEFORE + 0.1 if moved else BEFORE for name in names}


STILL, MOVED = statistics(False), statistics(True)


@pytest.mark.parametrize(
    ("sides", "still", "cure"),
    [((MOVED, STILL), "tf", "training=True"), ((STILL, MOVED), "torch", "model.train()")],
)
def test_the_side_whose_statistics_stand_still_is_told_what_to_call(sides, still, cure):
    [said] = say_mode(TracePair(*map(Recorded, sides)), FIRST)
    assert said.startswith(f"{IN_EVALUATION_MODE}the running statistics of bn1 stand still on {still}'s side in step 0")
    assert cure in said
    assert cure in what_to_compare(Judgement("diverged", (said,), {}, FIRST))
    frozen = SettingRow("bn1", "BatchNorm", "trainable", True, False, "differs", "")
    assert "trainable" in what_to_compare(Judgement("diverged", (said,), {}, FIRST, (frozen,)))


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        (MOVED, MOVED),
        (STILL, STILL),
        (MOVED, {}),
        (MOVED, STILL | statistics(True, layer="bn2")),
        (MOVED, {key: value for key, value in STILL.items() if key[1] == "buffer"}),
    ],
    ids=["both move", "both stand", "not shown", "another moves", "not known what they were"],
)
def test_nothing_is_said_of_anything_else(torch, tf):
    assert say_mode(TracePair(Recorded(torch), Recorded(tf)), FIRST) == []


def test_a_later_step_is_judged_by_what_it_found():
    pair = TracePair(Recorded(MOVED | statistics(True, 3)), Recorded(MOVED | statistics(False, 3)))
    [said] = say_mode(pair, StageRow(3, "forward", "bn1", None, 0.0))
    assert "in step 3" in said


def test_an_update_that_parts_says_nothing_of_the_mode():
    assert say_mode(TracePair(Recorded(MOVED), Recorded(STILL)), StageRow(0, "update", "w", None, 0.0)) == []


def weights(update, **shown):
    """What a step did to the weight of a layer, and what else it shows of it."""
    return {(0, stage, "bn1.weight"): np.full(3, each) for stage, each in {"update": update, **shown}.items()}


@pytest.mark.parametrize(
    ("still", "cures"),
    [
        (1, ("evaluation mode in torch", "else leave it trainable in tf, call it with training=True")),
        (0, ("trainable to False in tf", "else leave it in training mode in torch")),
    ],
)
def test_of_a_layer_that_no_side_trains_both_possibilities_are_named(still, cures):
    sides = [(STILL if side == still else MOVED) | weights(0.0) for side in range(2)]
    [said] = say_mode(TracePair(*map(Recorded, sides)), FIRST)
    assert all(cure in said for cure in cures)
    assert f"move on {('tf', 'torch')[still]}'s, which normalises by the batch: no side trains" in said
    assert all(cure in what_to_compare(Judgement("diverged", (said,), {}, FIRST)) for cure in cures)


@pytest.mark.parametrize(
    "trained", [weights(0.1), weights(0.0, gradient=0.0), {}], ids=["update", "gradient", "no weights"]
)
def test_a_layer_that_a_side_trains_is_meant_to_be_in_training_mode(trained):
    [said] = say_mode(TracePair(Recorded(MOVED | weights(0.0)), Recorded(STILL | trained)), FIRST)
    assert "no side trains" not in said
    assert said.endswith("hand `training` on to its layers")
