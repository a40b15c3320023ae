"""A line that only gives a value another name is named with those that take it."""

import textwrap

import numpy as np
import pytest

from compare.judging.aliases import aliases, handed_on, with_aliases, with_returns
from compare.judging.line import BOTH, PARTS, Line
from compare.traces.places import Place
from tests.helpers.parted_steps import found
from tests.helpers.recorded_operations import Recorded

FILE = """
    def loss(model, x):
        fixed = x
        late = x
        hidden = x
        hidden = model(hidden)
        weight = model(x)
        return fixed * hidden * weight + later
        later = x

    def chosen(logs, model):
        others = [logs[j] for j in range(3) if j != 1]
        every = [log for log in logs]
        made = [model(log) for log in logs if log]
        total = sum(others) + sum(every) + sum(made)
        return total
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "port.py"
    path.write_text(textwrap.dedent(FILE))
    return str(path)


def line(file, number, role=PARTS):
    return Line("the loss", "tf", role, Place(file, number, "loss"), "0.5", "scalar")


def test_what_is_set_once_to_another_name_before_is_an_alias(file):
    """Not what is computed, set twice, set behind, or not taken."""
    assert [each.line for each in aliases(Place(file, 8, "loss"))] == [3]
    assert list(aliases(Place(file, 7, "loss"))) == []


def test_it_comes_behind_the_lines_once(file):
    lines = [line(file, 8), line(file, 8, BOTH)]
    assert [(each.at.line, each.role) for each in with_aliases(lines)] == [(8, PARTS), (8, BOTH), (3, PARTS)]
    assert with_aliases([line(file, 3), *lines]) == [line(file, 3), *lines]


def test_a_line_that_only_both_have_tells_of_none(file):
    assert with_aliases([line(file, 8, BOTH)]) == [line(file, 8, BOTH)]


def test_a_list_of_some_of_several_values_is_one_too(file):
    """Not one of all, nor what is computed of each."""
    assert [each.line for each in aliases(Place(file, 15, "chosen"))] == [12]


def test_what_is_returned_as_it_is_is_named_behind_what_sets_it(file):
    lines = with_returns([line(file, 15), line(file, 6)])
    assert [each.at.line for each in lines] == [15, 6, 16]
    assert with_returns([line(file, 8)]) == [line(file, 8)]


CELL = """
    def call(x, last):
        seen = where(x, last)
        made = seen * x
        last = seen
        seen = last

        def inner():
            last = seen
        return made, last
"""


def test_what_both_have_may_be_handed_on_by_another_name(tmp_path):
    """As a state that the next call is given: not what is computed, what stands before, or in another function."""
    path = tmp_path / "port.py"
    path.write_text(textwrap.dedent(CELL))
    made, taken = (Place(str(path), line, "call") for line in (3, 4))
    assert [each.line for each in handed_on(made)] == [5]
    assert list(handed_on(taken)) == list(handed_on(Place(str(path), 10, "call"))) == []
    lines = [line(str(path), 3, BOTH), line(str(path), 4)]
    assert [(each.at.line, each.role) for each in with_aliases(lines)] == [(3, BOTH), (4, PARTS), (5, PARTS)]


def test_a_line_that_takes_as_it_is_what_a_library_made_is_named_where_its_side_has_no_other():
    """A target that follows slowly, and one that is set to the weights that an optimizer has moved."""
    torch, tf = Recorded(), Recorded()
    slow, fast = (np.random.default_rng(seed).normal(size=(4, 3)) for seed in (1, 2))
    given = [(each.enter(slow), each.run(None, [each.enter(fast + 1)], fast, "sub")) for each in (torch, tf)]
    torch.run(12, [torch.run(11, [*given[0]], slow * 0.9 + fast * 0.1, "lerp")], slow * 0.9 + fast * 0.1, "copy")
    tf.run(21, [given[1][1]], fast, "ReadVariableOp")
    lines = found(torch, tf, (slow * 0.9 + fast * 0.1, fast))
    assert [each[1:3] for each in lines if each[0] == PARTS] == [("torch", 11), ("tf", 21)]
