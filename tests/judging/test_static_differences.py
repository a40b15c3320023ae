"""What is said of two sides before anything runs, or of how they were evaluated: only what a reader needs."""

from types import SimpleNamespace

import pytest

from compare.judging.static_differences import say_evaluation
from compare.traces.step import END
from compare.traces.trace import TracePair


def sides(torch, tf):
    """Both sides' traces, by whether the loss of each takes `training`."""
    told = {"torch": torch, "tf": tf}
    headers = (SimpleNamespace(side=name, takes_training=takes) for name, takes in told.items())
    return TracePair(*(SimpleNamespace(header=header) for header in headers))


def row(step, stage):
    return SimpleNamespace(step=step, stage=stage)


@pytest.mark.parametrize("stage", ["forward", "loss"])
@pytest.mark.parametrize(
    ("torch", "tf", "named"), [(False, False, "(torch, tf)"), (True, False, "(tf)"), (False, True, "(torch)")]
)
def test_where_two_sides_differ_in_evaluation_alone_it_says_whose_mode_was_set_from_outside(stage, torch, tf, named):
    [said] = say_evaluation(row(END, stage), sides(torch, tf))
    assert f"the mode was set from outside {named}" in said
    assert "write loss(model, batch, training)" in said


@pytest.mark.parametrize("first", [None, row(3, "forward"), row(END, "buffer"), row(END, "weights")])
def test_where_evaluation_is_not_what_differs_nothing_is_said(first):
    assert say_evaluation(first, sides(False, False)) == []


def test_losses_that_are_told_the_mode_are_evaluated_as_they_are_written():
    assert say_evaluation(row(END, "loss"), sides(True, True)) == []
