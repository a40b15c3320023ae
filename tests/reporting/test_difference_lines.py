"""What is said of each difference by itself."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging.difference import difference
from compare.judging.isolated_difference import PLACES, IsolatedDifference
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.reporting.difference_lines import MOST, difference_lines, say
from compare.traces.places import Place
from compare.traces.step import END


def row(stage, tensor, step=0):
    return StageRow(step, stage, tensor, difference(np.array([1.0]), np.array([0.5])), 1e-13)


EPS = SettingRow("bn1", "BatchNorm", "eps", 1e-5, 1e-3, "differs", "")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            IsolatedDifference("layer", "BatchNorm", (row("forward", "bn1"), row("forward", "bn2")), (EPS,)),
            "BatchNorm eps (1e-05 / 0.001): bn1 / norm and 1 more (gap 5.0e-01)",
        ),
        (
            IsolatedDifference("layer", "", (row("forward", "bn1 (call 2)"),)),
            "layer output: bn1 / norm (gap 5.0e-01)",
        ),
        (
            IsolatedDifference("between layers", "Linear", (row("input", "fc input"),), (), ("conv",)),
            "what fc is given: after conv (gap 5.0e-01)",
        ),
        (IsolatedDifference("loss", "", (row("loss", "loss"),)), "loss: given the same outputs (gap 5.0e-01)"),
        (
            IsolatedDifference("backward", "Linear", (row("upstream", "fc 0"),)),
            "gradient back to fc: through what agrees forward (gap 5.0e-01)",
        ),
        (
            IsolatedDifference("buffer", "BatchNorm", (row("buffer", "bn1.running_var"),)),
            "BatchNorm running variance: bn1.running_var (gap 5.0e-01)",
        ),
        (
            IsolatedDifference("evaluation", "Linear", (row("input", "fc input", END),)),
            "evaluation of fc: which agrees in training (gap 5.0e-01)",
        ),
        (IsolatedDifference("learning rate", "", (row("rate", "learning_rate"),)), "learning rate (gap 5.0e-01)"),
    ],
)
def test_a_difference_is_said_in_one_line(found, said):
    assert say(found, {"bn1": "norm"}) == said


@pytest.mark.parametrize("place", PLACES)
def test_every_place_has_words(place):
    assert "gap" in say(IsolatedDifference(place, "", (row("forward", "fc"),)), {})


def test_a_shape_that_differs_is_said_in_place_of_a_gap():
    unfit = StageRow(0, "input", "fc input", difference(np.zeros((2, 3)), np.zeros((2, 4))), 0.0)
    assert say(IsolatedDifference("between layers", "", (unfit,)), {}).endswith("(shape: torch 2x3, tf 2x4)")


def judgement(*differences):
    return Judgement("diverged", (), {}, row("loss", "loss"), differences=differences)


LOSS = IsolatedDifference("loss", "", (row("loss", "loss"),))
LAYER = IsolatedDifference("layer", "Linear", (row("forward", "fc"),))


def test_the_one_difference_that_the_verdict_says_is_not_said_again():
    assert difference_lines(judgement()) == []
    assert difference_lines(judgement(LOSS)) == []
    assert len(difference_lines(judgement(LAYER))) == 2


def test_the_state_of_an_optimizer_that_parts_first_says_that_its_updates_do():
    update = IsolatedDifference("optimizer", "", (row("update", "fc.weight"),))
    of_state = Judgement("diverged", (), {}, row("state", "fc.weight exp_avg"), differences=(update,))
    assert difference_lines(of_state) == []


def test_an_output_that_parts_first_says_that_its_layer_is_given_something_else():
    given = IsolatedDifference("between layers", "Linear", (row("input", "fc input"),))
    assert difference_lines(Judgement("diverged", (), {}, row("forward", "fc"), differences=(given,))) == []
    assert len(difference_lines(Judgement("diverged", (), {}, row("forward", "conv"), differences=(given,)))) == 2


def with_lines(found, number):
    sides = ("torch", "tf")
    lines = [Line("the loss", side, PARTS, Place("port.py", number, "loss"), "1", "scalar") for side in sides]
    return replace(found, lines=(*lines,))


def test_what_several_blocks_are_given_is_said_with_their_number():
    given = IsolatedDifference("between layers", "Linear", (row("input", "a.0.o input"), row("input", "a.1.o input")))
    [_, said] = difference_lines(Judgement("diverged", (), {}, row("forward", "a.0.o"), differences=(given,)))
    assert said == "  1. what a.0.o is given: before it, and 1 more (gap 5.0e-01)"


def test_the_lines_of_code_of_a_difference_stand_below_it():
    shown = difference_lines(judgement(LAYER, with_lines(LOSS, 7)))
    assert [line.split()[:2] for line in shown[3:]] == [["torch", "port.py:7"], ["tf", "port.py:7"]]


def test_lines_that_stand_below_an_earlier_difference_are_named_by_its_number():
    shown = difference_lines(judgement(with_lines(LAYER, 7), LOSS, with_lines(LOSS, 7)))
    assert len(shown) == 6
    assert [line.endswith(", lines of 1") for line in shown[1:]] == [False, False, False, False, True]


def test_every_difference_is_shown_before_the_code_of_the_last():
    shown = difference_lines(judgement(*[with_lines(LOSS, each) for each in range(MOST - 3)]))
    assert len(shown) == 1 + (MOST - 3) + 2
    assert [line.split()[0] for line in shown[1:4]] == ["1.", "torch", "tf"]


def test_the_effect_is_said_where_it_was_measured():
    assert say(replace(LOSS, effect=0.25), {}).endswith("(gap 5.0e-01, moves the loss by 2.5e-01)")


def test_several_are_numbered_and_no_more_than_fit_are_shown():
    assert [line[:4] for line in difference_lines(judgement(LAYER, LOSS))[1:]] == ["  1.", "  2."]
    lines = difference_lines(judgement(*[LAYER] * (MOST + 3)))
    assert len(lines) == MOST + 2
    assert lines[-1] == "  and 3 more, see differences.csv"
