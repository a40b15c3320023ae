"""A loss that is a whole number of times the other's is said to be so, with what there are so many of."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.difference import Difference
from compare.judging.loss_ratio import say_ratio
from compare.judging.stages import StageRow
from compare.traces.step import END
from compare.traces.trace import TracePair


def said(torch, tf, step=0):
    pair = TracePair(*(SimpleNamespace(curves={"loss": np.array([loss])}) for loss in (torch, tf)))
    rows = [
        StageRow(0, "batch", "x", Difference("value", "32x10"), 0.0),
        StageRow(0, "forward", "net (call 4)", Difference("value", "8x1"), 0.0),
    ]
    return say_ratio(pair, StageRow(step, "loss", "loss", Difference("value", ""), 0.0), rows, ("torch", "tf"))


@pytest.mark.parametrize(
    ("torch", "tf", "words"),
    [
        (0.5, 16.0, "tf's loss is 32 times torch's, as many as the examples of a batch (one"),
        (16.0, 0.5, "torch's loss is 32 times tf's, as many as the examples of a batch (one"),
        (-1.0, -4.0000001, "tf's loss is 4 times torch's, as many as the forward passes of a step (one"),
        (1.0, 7.0, "tf's loss is 7 times torch's; "),
    ],
)
def test_the_larger_is_named_and_what_there_are_so_many_of(torch, tf, words):
    assert said(torch, tf).startswith(words)


@pytest.mark.parametrize("tf", [1.5, 1.0, 3.9, -2.0, 0.0, np.nan, np.inf, 4.001])
def test_nothing_is_said_of_what_is_no_whole_number_of_times(tf):
    assert said(1.0, tf) == ""


def test_nothing_is_said_of_the_end():
    assert said(1.0, 4.0, END) == ""
