"""Where settings differ, the lines that made the layers are named; those of values come first."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging import made_lines
from compare.judging.difference import difference
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.made_lines import with_lines_of_settings, with_made_lines
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.traces.places import Place

EPS = SettingRow("norm", "BatchNorm", "eps", 1e-5, None, "differs", "", "batch_normalization")
BETA = SettingRow("optimizer group 1", "Adam", "betas", 0.9, 0.8, "differs", "", "optimizer")
FIRST = StageRow(0, "forward", "norm", difference(np.ones(1), np.zeros(1)), 0.0)


def places(**lines):
    return {name.replace("_", " "): at(line) for name, line in lines.items()}


def at(*lines):
    """A line, and those that call its function."""
    return tuple(Place("port.py", line, "side") for line in lines)


def pair(torch, tf, *flags):
    both = zip((torch, tf), flags or ({}, {}), strict=True)
    return tuple(SimpleNamespace(header=SimpleNamespace(made_at=made, flags_set_at=set_at)) for made, set_at in both)


TORCH, TF = places(norm=3, optimizer=5), {"batch_normalization": at(13), **places(optimizer=15)}


def judged(torch=TORCH, tf=TF, lines=(), verdict="diverged"):
    comparison = SimpleNamespace(rows=[FIRST], pair=pair(torch, tf))
    return Judgement(verdict, ("it parts", "more"), {"float64": comparison}, FIRST, lines=lines)


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    found = [EPS]
    monkeypatch.setattr(made_lines, "settings_at", lambda judgement, first: found)
    return found


def said(lines):
    return [(each.place, each.side, each.role, each.at.line, each.value) for each in lines]


OF_EPS = [
    ("the setting eps (norm)", "torch", PARTS, 3, "1e-05"),
    ("the setting eps (norm)", "tf", PARTS, 13, ""),
]


def test_a_layer_is_known_by_its_name_on_each_side_and_its_lines_stand_behind_what_parts():
    judgement = with_made_lines(judged())
    assert said(judgement.lines) == OF_EPS
    assert judgement.findings[0] == "it parts"
    assert judgement.findings[2:] == ("more",)
    assert "port.py:3" in judgement.findings[1]
    assert "port.py:13" in judgement.findings[1]


def test_a_group_of_an_optimizer_was_made_where_the_optimizer_was(settings):
    settings[:] = [BETA]
    assert [each.at.line for each in with_made_lines(judged()).lines] == [5, 15]


def test_the_first_setting_whose_subject_was_seen_to_be_made_is_told_and_a_side_that_was_not_is_left_out(settings):
    settings[:] = [SettingRow("other", "Linear", "bias", True, False, "differs", ""), EPS, BETA]
    assert said(with_made_lines(judged(tf={})).lines) == OF_EPS[:1]


@pytest.mark.parametrize(
    "judgement",
    [
        judged(lines=(Line("the loss", "tf", PARTS, Place("port.py", 9, "loss"), "", ""),)),
        judged(verdict="equivalent"),
        judged(torch={}, tf={}),
    ],
)
def test_lines_of_values_say_more_and_without_a_difference_or_a_place_there_are_none(judgement):
    assert with_made_lines(judgement) is judgement


def test_an_isolated_difference_has_those_of_its_own_settings():
    explained = IsolatedDifference("layer", "BatchNorm", (FIRST,), (EPS,))
    assert said(with_lines_of_settings(pair(TORCH, TF), explained).lines) == OF_EPS
    alone = IsolatedDifference("loss", "", (FIRST,))
    assert with_lines_of_settings(pair(TORCH, TF), alone).lines == ()


def other(setting="eps", kind="BatchNorm", verdict="equal"):
    """A setting of a second layer."""
    return SettingRow("second", kind, setting, 1e-5, 1e-5, verdict, "", "second")


@pytest.mark.parametrize(
    ("others", "lines"),
    [
        ([other()], [3, 30]),
        ([other(verdict="differs")], [3, 13]),  # what the function gives to both is wrong
        ([other("momentum")], [3, 13]),
        ([other(kind="LayerNorm")], [3, 13]),
        ([], [3, 13]),
    ],
)
def test_of_a_function_that_makes_others_that_agree_the_call_is_named(others, lines):
    tf = {"batch_normalization": at(13, 30, 40), "second": at(13, 31, 40)}
    explained = IsolatedDifference("layer", "BatchNorm", (FIRST,), (EPS,))
    found = with_lines_of_settings(pair(TORCH, tf), explained, [EPS, *others])
    assert [each.at.line for each in found.lines] == lines


def test_where_each_line_made_others_that_agree_the_innermost_is_named():
    tf = {"batch_normalization": at(13, 40), "second": at(13, 40)}
    explained = IsolatedDifference("layer", "BatchNorm", (FIRST,), (EPS,))
    assert with_lines_of_settings(pair(TORCH, tf), explained, [EPS, other()]).lines[1].at.line == 13


TRAINS = SettingRow("norm", "BatchNorm", "trainable", True, False, "differs", "", "batch_normalization")
FROZEN = {"batch_normalization": Place("port.py", 18, "side")}


@pytest.mark.parametrize(
    ("torch", "setting", "flags", "lines"),
    [
        (TORCH, TRAINS, ({}, FROZEN), [5, 18]),  # the optimizer is given what trains
        (TORCH, TRAINS, ({"norm": Place("port.py", 8, "side")}, FROZEN), [8, 18]),
        (places(norm=3), TRAINS, ({}, FROZEN), [3, 18]),
        (TORCH, TRAINS, ({"other": Place("port.py", 7, "side")}, FROZEN), [7, 18]),  # which chooses other layers
        (TORCH, TRAINS, ({name: Place("port.py", len(name), "side") for name in ("a", "bc")}, FROZEN), [5, 18]),
        ({}, TRAINS, ({}, FROZEN), [18]),
        (TORCH, TRAINS, ({}, {}), [3, 13]),
        (TORCH, EPS, ({}, FROZEN), [3, 13]),
    ],
)
def test_where_one_side_is_frozen_the_line_that_sets_it_is_named(torch, setting, flags, lines):
    explained = IsolatedDifference("layer", "BatchNorm", (FIRST,), (setting,))
    assert [each.at.line for each in with_lines_of_settings(pair(torch, TF, *flags), explained).lines] == lines


def test_a_value_that_stands_elsewhere_has_its_line_behind_that_which_makes_the_layer(tmp_path):
    path = tmp_path / "port.py"
    path.write_text("bn = dict(eps=1e-4)\nnorm = BatchNorm2d(6, **bn)\nfunction = lambda: BatchNorm(epsilon=1e-3)\n")
    torch, tf = ({name: (Place(str(path), line, ""),)} for name, line in (("norm", 2), ("batch_normalization", 3)))
    row = SettingRow("norm", "BatchNorm", "eps", 1e-4, 1e-3, "differs", "", "batch_normalization")
    explained = IsolatedDifference("layer", "BatchNorm", (FIRST,), (row,))
    assert [each.at.line for each in with_lines_of_settings(pair(torch, tf), explained).lines] == [2, 1, 3]
