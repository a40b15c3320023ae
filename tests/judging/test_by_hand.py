"""An update that no optimizer makes is not said to be one's: what moves the weights is named, and by how much."""

from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from compare.judging.by_hand import say_by_hand, say_multiple
from compare.judging.difference import difference
from compare.judging.stages import StageRow
from compare.traces.header import Setting
from compare.traces.trace import TracePair

SIDES = ("torch", "tf")
UPDATES = {(0, "update", "w"): np.array([1.0, -2.0]), (0, "update", "b"): np.array([0.5])}
BY_SGD = (Setting("optimizer", "SGD", "lr", 0.1),)


class Recorded(dict):
    curves: ClassVar = {}
    keys = property(list)

    def __init__(self, tensors, settings=(), strange=()):
        super().__init__(tensors)
        self.header = SimpleNamespace(settings=settings, strange=strange)


def said(tf, settings=(), strange=(), more=()):
    pair = TracePair(Recorded(UPDATES, settings), Recorded(tf, settings, strange))
    rows = [StageRow(*key, difference(UPDATES[key], tf[key]), 1e-12) for key in UPDATES]
    return say_by_hand(pair, rows[0], [*rows, *more], SIDES)


def multiple(tf, settings=()):
    pair = TracePair(Recorded(UPDATES, settings), Recorded(tf, settings))
    rows = [StageRow(*key, difference(UPDATES[key], tf[key]), 1e-12) for key in UPDATES]
    return say_multiple(pair, rows[0], rows)


TIMES = {key: 1.1 * value for key, value in UPDATES.items()}


def test_updates_that_are_one_multiple_of_the_others_are_said_to_be_where_there_is_no_optimizer():
    assert multiple(TIMES) == ["every update of tf is 1.1 times torch's in step 0"]
    assert multiple(TIMES, BY_SGD) == []
    assert said(TIMES).startswith("no optimizer moves the weights, the loops do it by hand")


def test_updates_that_were_not_recorded_are_no_multiple():
    rows = [StageRow(*key, difference(UPDATES[key], TIMES[key]), 1e-12) for key in UPDATES]
    assert say_multiple(TracePair(Recorded({}), Recorded(TIMES)), rows[0], rows) == []


@pytest.mark.parametrize("wrong", [np.array([0.5]), np.array([np.nan])])
def test_updates_of_which_one_is_another_multiple_are_not(wrong):
    assert multiple(TIMES | {(0, "update", "b"): wrong}) == []


def test_where_an_optimizer_is_at_work_only_a_weight_that_it_is_not_given_is_moved_by_hand():
    tf = {key: 1.1 * value for key, value in UPDATES.items()}
    agrees = difference(np.ones(1), np.ones(1))
    assert said(tf, BY_SGD) == ""
    assert said(tf, BY_SGD, more=[StageRow(0, "gradient", "w", agrees, 0.0)]) == ""
    assert said(tf, BY_SGD, more=[StageRow(0, "state", "b exp_avg", agrees, 0.0)]).startswith("no optimizer moves this")


def test_an_optimizer_of_another_model_is_the_advice():
    tf = {key: 0 * value for key, value in UPDATES.items()}
    assert said(tf, BY_SGD, strange=("SGD",)).startswith("give the recorder of tf the model")
