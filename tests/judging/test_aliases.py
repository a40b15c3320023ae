"""A line that only gives a value another name is named with those that take it."""

import textwrap

import pytest

from compare.judging.aliases import aliases, with_aliases, with_returns
from compare.judging.line import BOTH, PARTS, Line
from compare.traces.places import Place

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
