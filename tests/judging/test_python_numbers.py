"""Numbers that a step computes in Python are told by their lines, on which no operation ran."""

import textwrap

import pytest

from compare.judging.python_numbers import lines_of_numbers
from compare.traces.operations import Operation, Operations
from compare.traces.places import Place

FILE = """
    def step(net, count):
        rate = 0.1 * min(1.0, (count + 1) / 10)
        own = rate * 0.5 ** (3 - count)
        loss = net * 2
        kept = rate
        drawn = net.sample(3)
        net.sub_(own * loss * kept * drawn)
        net.sub_(loss)
"""
UPDATE, PLAIN = 8, 9


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "port.py"
    path.write_text(textwrap.dedent(FILE))
    return lambda line: Place(str(path), line, "step")


def lines(place, at, computing=(5, 7, 8, 9)):
    record = Operations(tuple(Operation("op", (), (), (place(line),)) for line in computing), ())
    return [each.line for each in lines_of_numbers(place(at), record)]


def test_they_are_found_and_what_they_are_computed_of(place):
    assert lines(place, UPDATE) == [3, 4]


def test_a_line_on_which_an_operation_ran_computes_no_number(place):
    assert lines(place, UPDATE, computing=(4, 5, 8)) == []


def test_a_statement_without_any_has_none(place):
    assert lines(place, PLAIN) == []


def test_many_tell_nothing(tmp_path):
    path = tmp_path / "port.py"
    numbers = "".join(f"    n{number} = x + {number}\n" for number in range(4))
    path.write_text(f"def f(x):\n{numbers}    return n0 * n1 * n2 * n3\n")
    assert lines_of_numbers(Place(str(path), 6, "f"), Operations((), ())) == []


def test_a_file_that_cannot_be_read_has_none(tmp_path):
    assert lines_of_numbers(Place(str(tmp_path / "none.py"), 2, "f"), Operations((), ())) == []
