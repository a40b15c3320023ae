"""The terminal shows the answer last and whole, and below 25 lines of a single case, however much differs."""

import pytest
from rich.console import Console

from compare.inputs.subject import Subject
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.reporting.outcome import Outcome
from compare.reporting.screen import MOST_LINES, all_findings, print_screens, screens

FIRST = StageRow(3, "loss", "loss", None, 0.0)
PLACE = "parts at step 3, loss, loss (gap 1.0e-01, allowed 1.0e-14)"
REPORT = "report: results/summary.csv"
TABLE = 3  # lines of the figures


def outcome(findings=(PLACE,), settings=0, verdict="diverged", case="a_case", **said):
    rows = [
        SettingRow(f"fc{n}", f"Kind{n}", "eps", 1.0, 2.0, "differs", "what it does, at some length, " * 4)
        for n in range(settings)
    ]
    first = FIRST if verdict == "diverged" else None
    judgement = Judgement(verdict, tuple(findings), {}, first, tuple(rows))
    return Outcome(Subject(case), "", judgement if verdict != "error" else None, tuple(findings), **said)


WARNINGS = tuple(f"torch: port.py, line 3: UserWarning: {word}" for word in ("one", "two", "three", "four"))


def shown(*outcomes, width=120):
    """The lines that a terminal of this width shows, and whether a case has more findings than these."""
    console = Console(width=width)
    parts = screens(outcomes, console, TABLE)
    with console.capture() as capture:
        print_screens(parts, outcomes, console, REPORT)
    lines = capture.get().splitlines()
    wrapped = [line[at : at + width] for line in lines for at in range(0, max(len(line), 1), width)]
    return wrapped, [part.cut for part in parts]


def test_the_answer_is_last_and_what_is_beside_it_above():
    lines, cut = shown(outcome([PLACE, "a leak"], settings=1), width=200)
    assert lines[-3:-1] == ["", f"a_case: diverged, {PLACE}"]
    assert lines[-1].startswith("next: ")
    assert lines[lines.index("also: a leak") + 1] == REPORT
    assert cut == [False]


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("settings", [0, 3, 50])
@pytest.mark.parametrize("findings", [1, 4, 40])
@pytest.mark.parametrize("length", [5, 60, 1000])
def test_a_single_case_takes_less_than_25_lines_however_much_differs(width, settings, findings, length):
    warnings = (f"{'many words ' * length} {word}" for word in "abcd")
    lines, cut = shown(outcome(["many words " * length] * findings, settings, warnings=tuple(warnings)), width=width)
    assert TABLE + len(lines) <= MOST_LINES
    assert lines[-1].startswith("next: ") or lines[-2].startswith("next: ")
    assert any(line.startswith(("fc0", "settings: ")) for line in lines) == bool(settings)
    if length == 1000:
        assert cut == [True]


def test_what_is_cut_is_counted_and_said_where_it_is_whole():
    findings = [PLACE, *(f"finding {n}" for n in range(40))]
    lines, cut = shown(outcome(findings, settings=40))
    text = "\n".join(lines)
    assert cut == [True]
    assert "more in a_case.findings.txt" in text
    assert "more that differ, in settings.csv" in text
    whole = all_findings(outcome(findings)).decode()
    assert all(f"\n\n{finding}\n" in whole for finding in findings)


def test_a_long_sentence_ends_at_a_word_and_says_where_it_is_whole():
    lines, cut = shown(outcome(["word " * 1000]))
    assert "word ... (whole in a_case.findings.txt)" in "".join(lines)
    assert cut == [True]


def test_an_error_in_short_has_its_lists_in_the_file():
    lines, cut = shown(outcome(["a, b, c, d"], verdict="error", in_short="a and 3 more"))
    assert (lines[-1], cut) == ("a_case: error: a and 3 more", [True])
    assert shown(outcome(["a"], verdict="error", in_short="a"))[1] == [False]


def test_of_several_cases_those_that_are_not_equivalent_are_answered_and_all_are_counted():
    lines, _ = shown(outcome(case="wrong"), outcome([], verdict="equivalent", case="right"))
    assert lines[-1] == "1 of 2 cases are equivalent"
    assert any(line.startswith("wrong: diverged") for line in lines)
    assert not any(line.startswith("right") for line in lines)


def test_a_single_case_that_is_equivalent_is_answered():
    assert shown(outcome([], verdict="equivalent"))[0] == [REPORT, "", "a_case: equivalent"]


@pytest.mark.parametrize("verdict", ["diverged", "not decreasing", "error"])
def test_what_the_frameworks_warned_of_is_shown_where_a_case_differs(verdict):
    lines, _ = shown(outcome(verdict=verdict, warnings=WARNINGS))
    assert [line for line in lines if line.startswith("warning, ")] == [f"warning, {each}" for each in WARNINGS[:2]]
    assert "and 2 more warnings, in a_case.warnings.txt" in lines


def test_what_the_frameworks_warned_of_is_not_shown_where_all_is_equivalent():
    assert not any("warning" in line for line in shown(outcome([], verdict="equivalent", warnings=WARNINGS))[0])


def test_brackets_are_shown_as_they_are():
    assert "a_case: diverged, at [red]" in shown(outcome(["at [red]"]))[0]
