"""A loop that moves no weight of its recorder's is told so, and one that moves any is not."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.unmoved import say_unmoved


class Recorded(dict):
    keys = property(list)
    header = SimpleNamespace(side="torch", strange=())


STILL = {(step, "update", name): np.zeros(2) for step in range(2) for name in ("w", "b")}


def test_a_loop_that_moves_no_weight_in_any_step_is_told_what_to_do():
    [said] = say_unmoved([Recorded(STILL)])
    assert said.startswith("no weight of torch moved in any recorded step")
    assert "in place" in said


def test_an_optimizer_of_another_model_is_said_to_be_why():
    trace = Recorded(STILL)
    trace.header = SimpleNamespace(side="torch", strange=("SGD",))
    [said] = say_unmoved([trace])
    assert "the optimizer (SGD) holds none of the weights of the model" in said
    assert "new tensors" not in said


@pytest.mark.parametrize(
    "trace",
    [
        STILL | {(1, "update", "b"): np.array([0, 1e-300])},
        STILL | {(1, "update", "b"): np.array([0, np.nan])},
        {(0, "weights", "w"): np.zeros(2)},
    ],
)
def test_a_loop_that_moves_any_or_whose_updates_were_not_recorded_is_not(trace):
    assert say_unmoved([Recorded(trace)]) == []


def test_a_loop_whose_weights_move_between_its_steps_is_told_where_step_belongs():
    weights = {(step, "weights", "w"): np.full(2, step) for step in range(2)}
    [said] = say_unmoved([Recorded(STILL | weights)])
    assert "behind optimizer.step()" in said
    [said] = say_unmoved([Recorded(STILL | weights | {(1, "update", "w"): np.ones(2)})])
    assert "behind optimizer.step()" in said
    assert say_unmoved([Recorded(STILL | weights | {(0, "update", "b"): np.ones(2)})]) == []
