"""What cannot be done ends in one line and status 2, and whether a report can be written is found out beforehand."""

import os

import pytest
import typer

from compare.cli.exits import EQUIVALENT, FAILED, NOT_EQUIVALENT, check_writable, fail


def test_the_three_ways_to_end_are_those_of_the_help():
    assert (EQUIVALENT, NOT_EQUIVALENT, FAILED) == (0, 1, 2)


def test_a_failure_is_one_line_on_standard_error(capsys):
    with pytest.raises(typer.Exit) as ended:
        fail("no such case")
    assert ended.value.exit_code == FAILED
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "compare: no such case\n")


def test_a_directory_that_can_be_written_to_is_made_and_left_empty(tmp_path):
    check_writable(tmp_path / "new" / "directory")
    assert list((tmp_path / "new" / "directory").iterdir()) == []


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_in_the_way_is_named_with_the_option_that_helps(tmp_path, capsys, below):
    (tmp_path / "a_file").touch()
    with pytest.raises(typer.Exit):
        check_writable(tmp_path / "a_file" / below)
    message = capsys.readouterr().err
    assert str(tmp_path / "a_file") in message
    assert message.endswith(": give another directory with --out\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_only_be_read_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(typer.Exit):
        check_writable(tmp_path)
