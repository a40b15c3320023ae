"""Which of several differences get lines of their own, and from which run."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging import isolated_lines
from compare.judging.difference import difference
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.isolated_lines import with_own_lines
from compare.judging.isolation import Isolated
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.judging.ways import Ways
from compare.running.request import Isolation, Training
from compare.traces.step import END
from compare.traces.trace import Trace, TracePair, TraceWriter
from tests.helpers.synthetic import header

KEYS = [
    *((3, "input", "fc input"), (3, "loss", "loss"), (3, "forward", "bn"), (5, "forward", "head"), (3, "update", "w")),
    *((3, "gradient", "w"), (3, "upstream", "bn 0")),
]
GIVEN = Isolation("torch.npz", (("fc", "fc"),))


def leave(path, value):
    writer = TraceWriter(path)
    for key in KEYS:
        writer.tensor(*key, np.array([value]))
    writer.close({"loss": [1.0]}, header())
    return Trace(path)


@pytest.fixture
def isolated(tmp_path):
    pair = TracePair(leave(tmp_path / "torch.npz", 1.0), leave(tmp_path / "tf.npz", 1.5))
    rows = [StageRow(*key, difference(pair.torch[key], pair.tf[key]), 1e-13) for key in KEYS]
    training = Training("float64", audits=(3, 5), steps=6, follows="float64")
    return Isolated(rows, rows, Ways.alike({}), pair, training, tmp_path, isolation=GIVEN)


class Record:
    """A trace with a record of operations."""

    def __init__(self, operations):
        self.operations = operations


@pytest.fixture
def found(monkeypatch):
    """What is asked of the records, and what was run."""
    asked = []
    monkeypatch.setattr(isolated_lines, "compared", lambda torch, tf, tolerance: (torch, tf))

    def lines_of_shown(step, what, torch, tf):
        asked.append((step, what, torch.tolist(), tf.tolist()))
        return [what]

    monkeypatch.setattr(isolated_lines, "lines_of_shown", lines_of_shown)
    return asked


def of(place, stage, isolated, settings=()):
    return IsolatedDifference(place, "", tuple(row for row in isolated.rows if row.stage == stage), settings)


def test_what_no_setting_explains_has_lines_from_the_first_step_that_shows_it(isolated, found):
    eps = SettingRow("bn", "BatchNorm", "eps", 1, 2, "differs", "")
    every = [
        of("between layers", "input", isolated),
        of("layer", "forward", isolated, (eps,)),
        of("loss", "loss", isolated),
        of("optimizer", "update", isolated),
        of("loss", "loss", isolated, (replace(eps, explains=False),)),
    ]
    ran = []

    def run(*wanted):
        ran.extend(wanted)
        return [Record("of torch"), Record("of tf")]

    lines = [each.lines for each in with_own_lines(run, isolated, every)]
    assert lines == [("what fc is given",), (), ("the loss",), (), ("the loss",)]
    assert found[0] == (("of torch", "of tf"), "what fc is given", [1.0], [1.5])
    (torch_side, torch), (tf_side, tf) = ran
    assert (torch_side, tf_side) == ("torch", "tf")
    assert (torch.audits, torch.steps, torch.operations, torch.isolation) == ((3,), 4, True, None)
    assert (tf.audits, tf.follows, tf.operations, tf.isolation) == ((3,), "float64", True, GIVEN)


def test_gradients_are_followed_to_the_weight_or_to_the_output_that_they_come_back_to(isolated, found, monkeypatch):
    def lines_of_used_gradient(step, what, weight, used):
        return [f"{what} to {weight}", *used]

    monkeypatch.setattr(isolated_lines, "lines_of_used_gradient", lines_of_used_gradient)
    monkeypatch.setattr(isolated_lines, "lines_of_gradient_back", lambda step, what, output: [what, *output.tolist()])
    every = [of("gradient", "gradient", isolated), of("backward", "upstream", isolated)]
    lines = [each.lines for each in with_own_lines(lambda *_: [Record(1), Record(2)], isolated, every)]
    assert lines == [("the gradient of w to w", 1.0, 1.5), ("gradient back to bn", 1.0)]
    assert found == []


def test_where_a_side_left_no_record_there_are_no_lines(isolated, found):
    every = [of("loss", "loss", isolated)]
    assert with_own_lines(lambda *_: [Record("of torch"), Record(None)], isolated, every) == every
    assert found == []


def test_where_settings_explain_all_nothing_is_run(isolated):
    def fails(*_):
        raise AssertionError("nothing is to be run")

    assert with_own_lines(fails, isolated, [of("optimizer", "update", isolated)])[0].lines == ()
    at_the_end = StageRow(END, "loss", "loss", difference(np.ones(1), np.zeros(1)), 0.0)
    assert with_own_lines(fails, isolated, [IsolatedDifference("loss", "", (at_the_end,))])[0].lines == ()
