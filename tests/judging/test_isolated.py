"""When every difference is looked for, at which steps, and that a failure costs no judgement."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging import isolated
from compare.judging.isolated import steps_to_isolate, with_differences
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.isolation import Partners
from compare.judging.line import PARTS, Line
from compare.judging.parting_lines import say_lines
from compare.judging.stages import StageRow
from compare.running.request import RequestFailedError
from compare.traces.header import Header
from compare.traces.places import Place
from compare.traces.step import END
from tests.helpers.synthetic import FakeSide, from_step, judge

PARTNERS = Partners({}, {}, frozenset(), lambda trace: trace)


@pytest.fixture
def judgement(tmp_path):
    return lambda fault: judge(tmp_path, tf=FakeSide(fault), steps=20).judgement


def fails(*wanted):
    raise RequestFailedError("tf", "it cannot run so")


def test_where_the_sides_are_equivalent_nothing_is_run(judgement):
    same = judgement(lambda key, value: value)
    assert with_differences(fails, same, PARTNERS, {}) == same


def test_where_every_difference_is_asked_for_it_is_looked_for_whatever_the_verdict(judgement):
    same = judgement(lambda key, value: value)
    found = with_differences(fails, same, PARTNERS, {}, when="always")
    assert found.verdict == "equivalent"
    assert "tf: it cannot run so" in found.findings[-1]


def test_where_no_difference_is_asked_for_nothing_is_run(judgement):
    apart = judgement(from_step(3, "loss", 1.5))
    assert with_differences(fails, apart, PARTNERS, {}, when="never") == apart


def test_a_side_that_cannot_run_so_keeps_its_judgement_with_a_remark(judgement):
    apart = judgement(from_step(3, "loss", 1.5))
    found = with_differences(fails, apart, PARTNERS, {})
    assert found.verdict == apart.verdict == "diverged"
    assert found.findings[:-1] == apart.findings
    assert "tf: it cannot run so" in found.findings[-1]


def test_a_step_whose_lines_cannot_be_recorded_costs_no_difference(judgement, monkeypatch):
    apart, every = judgement(from_step(3, "loss", 1.5)), ["one", "two"]
    monkeypatch.setattr(isolated, "isolate", lambda *_, **__: SimpleNamespace(pair=None, rows=[]))
    monkeypatch.setattr(isolated, "with_lines_of_settings", lambda pair, difference, every: difference)
    monkeypatch.setattr(isolated, "isolated_differences", lambda *_: every)
    monkeypatch.setattr(isolated, "with_effects", lambda run, isolated, found: found)
    monkeypatch.setattr(isolated, "with_own_lines", fails)
    monkeypatch.setattr(isolated, "without_accepted", lambda judgement, *_: judgement)
    monkeypatch.setattr(isolated, "say_not_told", lambda *_: [])
    found = with_differences(fails, apart, PARTNERS, {})
    assert found.differences == ("one", "two")
    assert found.findings[-1].startswith("the lines of these differences were not found (RequestFailedError: tf")


def line(side):
    return Line("what fc is given", side, PARTS, Place("port.py", 7, "call"), "", "")


@pytest.mark.parametrize(
    ("place", "given", "gap", "has_lines"),
    [
        ("loss", [1.0, 2.0], 1.5, False),
        ("loss", [1.0, 2.0], 1 + 1e-8, True),
        ("between layers", [2.0, 1.0], 1.5, True),
        ("between layers", [2.0, 2.0], 1.5, False),
    ],
)
def test_the_one_difference_behind_what_may_be_a_leak_or_given_in_another_order_has_lines_of_its_own(
    judgement, monkeypatch, place, given, gap, has_lines
):
    apart = judgement(from_step(3, "forward", 1.5))
    first = apart.first_divergence
    small = replace(first.difference, max_rel=gap - 1)
    apart = replace(apart, first_divergence=replace(first, difference=small))
    shown = np.array([1.0, 2.0]), np.array(given)
    isolates = SimpleNamespace(pair=None, rows=[], shown=lambda row: shown)
    monkeypatch.setattr(isolated, "isolate", lambda *_, **__: isolates)
    monkeypatch.setattr(isolated, "with_lines_of_settings", lambda pair, difference, every: difference)
    one, lines = IsolatedDifference(place, "", (first,)), (line("torch"), line("tf"))
    monkeypatch.setattr(isolated, "isolated_differences", lambda *_: [one])
    monkeypatch.setattr(isolated, "with_effects", lambda run, isolated, found: found)
    monkeypatch.setattr(
        isolated, "with_own_lines", lambda run, isolated, found: [replace(each, lines=lines) for each in found]
    )
    monkeypatch.setattr(isolated, "without_accepted", lambda judgement, *_: judgement)
    monkeypatch.setattr(isolated, "say_not_told", lambda *_: [])
    found = with_differences(fails, apart, PARTNERS, {})
    assert found.differences == (replace(one, lines=lines if has_lines else ()),)
    is_the_verdicts = place == "between layers" and has_lines
    assert found.lines == (lines if is_the_verdicts else ())
    assert found.findings[1:2] == (("\n".join(say_lines(lines)),) if is_the_verdicts else apart.findings[1:2])


def test_the_first_step_with_a_batch_of_another_size_is_isolated_too(judgement):
    apart = judgement(from_step(3, "loss", 1.5))
    examples = apart.comparisons["float64"].pair.torch.curves["examples"]
    examples[12:14] = 5
    assert steps_to_isolate(apart, "float64") == [0, 3, 4, 12]


def both(*faults):
    """One fault after another."""

    def passed(key, value):
        for fault in faults:
            value = fault(key, value)
        return value

    return passed


@pytest.mark.parametrize(("second", "expected"), [(6, [0, 3, 4, 5, 6]), (15, [0, 3, 4, 15])])
def test_steps_up_to_where_something_else_begins_to_part_are_isolated_and_far_ones_by_themselves(
    judgement, second, expected
):
    apart = judgement(both(from_step(3, "loss", 1.5), from_step(second, "update", 1.5)))
    assert steps_to_isolate(apart, "float64") == expected


def test_of_a_large_port_the_step_that_parts_alone_is_isolated(judgement, monkeypatch):
    apart = judgement(from_step(3, "loss", 1.5))
    monkeypatch.setattr(Header, "is_large", True)
    assert steps_to_isolate(apart, "float64") == [3]


def test_a_fault_in_looking_for_differences_keeps_the_judgement_and_is_said(judgement):
    apart = judgement(from_step(3, "loss", 1.5))

    def breaks(*wanted):
        raise KeyError("fc")

    found = with_differences(breaks, apart, PARTNERS, {})
    assert found.findings[:-1] == apart.findings
    assert found.findings[-1].endswith("(KeyError: 'fc'): a fault of this program")


@pytest.mark.parametrize(("first", "expected"), [(0, [0, 1]), (7, [0, 7, 8]), (19, [0, 19]), (END, [0, 1])])
def test_steps_are_the_first_the_one_that_parts_and_the_one_behind_it(judgement, first, expected):
    apart = judgement(from_step(3, "loss", 1.5))
    row = apart.first_divergence
    comparisons = {name: replace(each, series=()) for name, each in apart.comparisons.items()}
    parting = StageRow(first, row.stage, row.tensor, row.difference, row.allowed)
    at = replace(apart, first_divergence=parting, comparisons=comparisons)
    assert steps_to_isolate(at, "float64") == expected
    assert steps_to_isolate(at, "float64", to_the_end=True) == sorted({*expected, 19})
