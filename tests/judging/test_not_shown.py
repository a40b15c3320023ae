"""What one side does not show is said in one sentence, and what is a part of the other's in a second."""

import numpy as np
import pytest

from compare.judging.difference import difference_at
from compare.judging.not_shown import not_shown
from compare.judging.stages import StageRow

WHOLE = np.ones((4, 2))


def row(stage, tensor, torch=WHOLE, tf=None, step=0):
    return StageRow(step, stage, tensor, difference_at(stage, torch, tf, 0.0), 0.0)


def test_where_both_sides_show_all_nothing_is_said():
    assert not_shown([]) == []
    assert not_shown([row("state", "w momentum_buffer", tf=np.zeros((4, 2))), row("update", "w")]) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("batch", "x")], "x of the batch"),
        ([("batch", "x"), ("batch", "y")], "2 arrays of the batch"),
        ([("rate", "learning_rate")], "the learning rate"),
        ([("forward", "fc1"), ("forward", "fc1 (call 2)")], "the output of fc1"),
        ([("forward", "fc1"), ("forward", "fc2")], "the output of 2 layers"),
        ([("gradient", "fc1.weight")], "the gradient of fc1.weight"),
        ([("gradient", "fc1.weight (call 2)"), ("gradient", "b (call 2)")], "the second gradient of 2 weights"),
        ([("state", "fc1.weight exp_avg")], "the optimizer's state (exp_avg) of fc1.weight"),
        ([("state", "a + b step"), ("state", "c step (call 2)")], "the optimizer's state (step) of 2 weights"),
        ([("gradient", "w"), ("rate", "learning_rate")], "the gradient of w and the learning rate"),
    ],
)
def test_what_a_side_left_out_is_said_with_its_number(rows, said):
    assert not_shown([row(*one) for one in rows]) == [f"tf did not show {said}: not compared"]


def test_the_same_at_every_step_is_said_once_and_both_sides_share_a_sentence():
    of_tf = [row("state", f"{weight} exp_avg", step=step) for step in range(3) for weight in "abcd"]
    of_torch = row("batch", "x", None, np.ones(3))
    assert not_shown([*of_tf, of_torch]) == [
        "torch did not show x of the batch, tf did not show the optimizer's state (exp_avg) of 4 weights: not compared"
    ]


def test_a_layer_that_is_given_some_of_the_same_batch_is_said_to_have_other_rows():
    half = np.ones((2, 2))
    assert not_shown([row("forward", "expert", tf=half), row("batch", "x", tf=WHOLE)]) == [
        "the output of expert has another number of rows on each side (torch 4x2, tf 2x2): not compared"
    ]
    [said] = not_shown([row("forward", "expert", tf=half)])
    assert "another number of examples" in said


def test_one_micro_batch_beside_the_whole_is_said_with_both_sizes():
    half = np.ones((2, 2))
    [said] = not_shown([row("forward", "fc1", tf=half), row("batch", "x", tf=half), row("loss", "loss")])
    assert said.startswith(
        "x of the batch (and 1 more) has another number of examples on each side (torch 4x2, tf 2x2)"
    )
