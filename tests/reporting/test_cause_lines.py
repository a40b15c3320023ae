"""Why a port parts, as it is said."""

from dataclasses import replace

from compare.judging.causes.cause import Cause
from compare.judging.judgement import Judgement
from compare.reporting.cause_lines import cause_lines

SUM = Cause(
    "the loss",
    "takes sum, PyTorch mean",
    "/home/port.py",
    60,
    "loss = sum(x)",
    "loss = mean(x)",
    31.0,
    2e-16,
    True,
    True,
)


def said(*causes):
    return cause_lines(Judgement("diverged", (), {}, None, causes=causes))


def test_a_cause_says_where_what_and_what_to_write_and_that_the_port_is_equivalent_then():
    assert said(SUM) == [
        "why:",
        "  1. port.py:60, the loss: tf takes sum, PyTorch mean",
        "     - loss = sum(x)",
        "     + loss = mean(x)",
        "proven: with this change the port is equivalent (2e-16 apart there)",
    ]


def test_several_causes_are_numbered_and_proven_together():
    lines = said(SUM, replace(SUM, line=70))
    assert lines[4].startswith("  2. port.py:70")
    assert lines[-1].startswith("proven: with these 2 changes")


def test_what_lets_only_more_agree_is_not_called_proven():
    partly = replace(SUM, closes=False, makes_equivalent=False)
    assert said(partly)[-1] == "0 of them proven: with this change more of the port agrees, and it parts elsewhere"
    closed = replace(SUM, makes_equivalent=False)
    assert said(closed)[-1].startswith("proven, as far as the steps where it shows")


def test_a_long_line_is_cut_and_one_that_is_taken_away_has_no_other():
    long = replace(SUM, old="x" * 200, new="")
    assert said(long)[2] == f"     - {'x' * 97}..."
    assert len(said(long)) == 4


def test_nothing_is_said_without_a_cause():
    assert said() == []
