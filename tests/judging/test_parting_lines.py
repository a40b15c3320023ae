"""One more run of each side where a port parts, and what is said of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging import parting_lines
from compare.judging.difference import difference
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.judgement import Judgement
from compare.judging.line import BOTH, PARTS, Line
from compare.judging.parting_lines import lacks_lines, say_lines, with_lines
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.running.request import RequestFailedError
from compare.traces.places import Place
from compare.traces.step import END
from compare.traces.trace import TracePair
from tests.helpers.recorded_operations import Recorded

X = np.random.default_rng(2).normal(size=(8, 3))
VALUES = {"torch": (X**2).mean(), "tf": (X**2).sum()}


class FakeTrace:
    """One step of a side, whose loss is the mean or the sum of squares."""

    def __init__(self, side, capped=""):
        self.header = SimpleNamespace(side=side)
        recorded = Recorded()
        squares = recorded.run(2, [recorded.enter(X)], X**2, "pow")
        recorded.run(3, [squares], VALUES[side], "mean" if side == "torch" else "Sum")
        self.operations = replace(recorded.end(), capped=capped)
        if capped:
            self.operations = replace(self.operations, operations=())
        self._tensors = {(4, "loss", "loss"): np.asarray(VALUES[side])}

    def get(self, key):
        return self._tensors.get(key)


def row(stage="loss", step=4):
    apart = difference(np.asarray(VALUES["torch"]), np.asarray(VALUES["tf"]))
    return StageRow(step, stage, stage, apart, 1e-14)


def judged(first, settings=(), verdict="diverged"):
    comparison = SimpleNamespace(rows=[] if first is None else [first], precision="float64")
    return Judgement(verdict, ("it parts", "more"), {"float64": comparison}, first, settings)


def line_of_difference(place):
    """A difference with a line of its own."""
    at = Line("the loss", "torch", PARTS, Place("/home/user/port.py", 1, "loss"), "1", "scalar")
    return IsolatedDifference(place, "", (row(),), lines=(at,))


def asked(judgement, capped="", fails=None):
    wanted = []

    def run(*each):
        wanted.extend(each)
        if fails:
            raise fails
        return [FakeTrace(side, capped) for side, _ in each]

    return with_lines(run, judgement), wanted


def test_the_step_that_parts_is_recorded_on_both_sides_tf_following():
    judgement, wanted = asked(judged(row()))
    assert [(side, each.audits, each.steps, each.operations, each.follows) for side, each in wanted] == [
        ("torch", (4,), 5, True, None),
        ("tf", (4,), 5, True, "float64"),
    ]
    assert [(each.role, each.side, each.at.line) for each in judgement.lines] == [
        (BOTH, "torch", 2),
        (BOTH, "tf", 2),
        (PARTS, "torch", 3),
        (PARTS, "tf", 3),
    ]


def test_the_lines_are_said_behind_what_parts():
    judgement, _ = asked(judged(row()))
    assert judgement.findings[0] == "it parts"
    assert judgement.findings[1].splitlines() == say_lines(judgement.lines)
    assert judgement.findings[2:] == ("more",)


@pytest.mark.parametrize(
    "judgement",
    [
        judged(row(), verdict="equivalent"),
        judged(None),
        judged(row(step=END)),
        judged(row(stage="batch")),
        judged(row(stage="update"), (SettingRow("optimizer", "Adam", "eps", 1e-8, 1e-7, "differs", ""),)),
    ],
)
def test_where_nothing_parts_or_a_setting_says_it_all_nothing_is_run(judgement):
    assert asked(judgement) == (judgement, [])


@pytest.mark.parametrize(
    ("subject", "explained"), [("body", True), ("body.fc", True), ("body.f", False), ("head", False)]
)
def test_a_setting_of_the_very_layer_explains_its_output_and_one_of_another_does_not(monkeypatch, subject, explained):
    setting = SettingRow(subject, "Linear", "bias", True, False, "differs", "")
    monkeypatch.setattr(parting_lines, "settings_at", lambda judgement, first: [setting])
    first = replace(row("forward"), tensor="body.fc (call 2)")
    assert parting_lines._is_explained(judged(first), first) is explained
    monkeypatch.setattr(parting_lines, "settings_at", lambda judgement, first: [replace(setting, explains=False)])
    assert not parting_lines._is_explained(judged(first), first)  # of a class of one's own


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (RequestFailedError("tf", "no memory"), "were not looked for: recording the step failed (tf: no memory)"),
        (ZeroDivisionError("by 0"), "were not found (ZeroDivisionError: by 0)"),
    ],
)
def test_a_failure_costs_a_sentence_and_never_the_verdict(fails, said):
    judgement, _ = asked(judged(row()), fails=fails)
    assert (judgement.verdict, judgement.lines) == ("diverged", ())
    assert judgement.findings[:2] == ("it parts", "more")
    assert judgement.findings[2].endswith(said)


def test_a_record_that_is_not_whole_is_said_where_it_shows_nothing():
    judgement, _ = asked(judged(row()), capped="the step has more than 3 operations")
    assert judgement.findings[-1].endswith(
        "the record is not whole (torch: the step has more than 3 operations; tf: the step has more than 3 operations)"
    )


def test_what_is_said_names_the_value_that_both_have_and_both_lines(tmp_path, monkeypatch):
    path = tmp_path / "port.py"
    path.write_text("logits = model(x)\nreturn logits.mean()\n")

    def line(side, role, number, value, note="", name=""):
        return Line("the loss", side, role, Place(str(path), number, "loss"), value, "scalar", note, name)

    both = [line(side, BOTH, 1, "1", name="logits") for side in ("torch", "tf")]
    parts = [line("torch", PARTS, 2, "0.7031"), line("tf", PARTS, 2, "22.4992", "= 32 x")]
    assert say_lines([*both, *parts]) == [
        "the loss: both have `logits` (torch port.py:1, tf port.py:1); then they part",
        "  torch port.py:2  return logits.mean()  0.7031",
        "  tf    port.py:2  return logits.mean()  22.4992   = 32 x",
    ]
    assert say_lines(parts)[0] == "the loss parts here"
    assert say_lines([]) == []


def test_an_update_is_looked_for_in_what_it_leaves():
    trace = SimpleNamespace(get={(4, "weights", "w"): X, (4, "update", "w"): X**2}.get)
    found = parting_lines._left_behind((trace, trace), replace(row("update"), tensor="w"))
    assert np.allclose(found[0], X + X**2, rtol=1e-15)


def test_what_moved_the_gradient_before_an_update_is_what_two_values_may_be_apart():
    sides = [SimpleNamespace(get={(4, "gradient", "w"): values}.get) for values in (X, X * (1 + 1e-8))]
    found = parting_lines._gap_of_gradient(sides, replace(row("update"), tensor="w"))
    assert found == pytest.approx(1e-8, rel=0.5)
    assert not parting_lines._gap_of_gradient(sides, replace(row(), tensor="w"))
    assert not parting_lines._gap_of_gradient([SimpleNamespace(get={}.get)] * 2, replace(row("update"), tensor="w"))


def test_lines_are_looked_for_where_no_difference_has_its_own_or_a_gradient_or_an_update_parts_first():
    own = line_of_difference("loss"), line_of_difference("gradient")
    assert lacks_lines(judged(row()))
    assert not lacks_lines(replace(judged(row()), differences=own))
    assert lacks_lines(replace(judged(row()), differences=own[1:])), "those of a gradient do not tell of a loss"
    assert lacks_lines(replace(judged(row(stage="gradient")), differences=own))
    assert lacks_lines(replace(judged(row(stage="update")), differences=own))


def test_the_lines_of_a_step_that_is_not_isolated_take_the_place_of_those_of_gradients():
    own = line_of_difference("loss"), line_of_difference("gradient")
    judgement, _ = asked(replace(judged(row()), differences=own))
    assert judgement.lines
    assert [len(each.lines) for each in judgement.differences] == [1, 0]


@pytest.mark.parametrize(("stage", "asked_of"), [("update", "value"), ("forward", "shown"), ("gradient", "gradient")])
def test_an_update_is_not_led_back_to_gradients_which_were_compared_before(monkeypatch, stage, asked_of):
    for name, said in (("value", "value"), ("shown", "shown"), ("used_gradient", "gradient")):
        monkeypatch.setattr(parting_lines, f"lines_of_{name}", lambda *_, said=said: [said])
    monkeypatch.setattr(parting_lines, "_left_behind", lambda pair, first: (X, X))
    monkeypatch.setattr(parting_lines, "_values", lambda pair, key: (X, X))
    pair = TracePair(FakeTrace("torch"), FakeTrace("tf"))
    assert parting_lines.find_lines(pair, row(stage), "float64") == [asked_of]


def test_where_the_padding_of_an_embedding_says_it_all_no_line_of_a_formula_is_named(monkeypatch):
    settings = [SettingRow("embed", "Embedding", "padding_idx", 0, None, "differs", "")]
    monkeypatch.setattr(parting_lines, "settings_at", lambda judgement, first: settings)
    monkeypatch.setattr(parting_lines, "parts_in_the_padding", lambda pair, first, given: given == settings)
    judgement = judged(row())
    assert asked(judgement)[0] is judgement
