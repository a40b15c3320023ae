"""The report is whole or absent, whatever stops its writing, and says nothing of an earlier one."""

import errno
from pathlib import Path

import pytest

from compare.cli import app as command_line
from compare.reporting.result import Result
from tests.helpers.fake_worker import ODD_MESSAGE
from tests.helpers.processes import assert_consistent, called, fakes, table

ONE_CASE = ("linear_regression", "--steps=12", "--precision=float64", "--no-nudge")


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """One short case in this process, so that the writing of its report can be made to fail."""
    out = tmp_path / "out"

    def run(*arguments, torch="trains"):
        return called("run", *ONE_CASE, f"--out={out}", *fakes(tmp_path, torch=torch), *arguments), out

    out.mkdir()
    return run


def test_a_message_is_shown_as_it_is(invoke):
    result, out = invoke(torch="fails oddly")
    assert ODD_MESSAGE in result.stdout
    assert ODD_MESSAGE in table(out)[0]["findings"]


def test_plots_of_an_earlier_report_do_not_stay(invoke, tmp_path):
    out = tmp_path / "out"
    (out / "cifar10_cnn.png").write_bytes(b"an earlier report's")
    (out / "notes.txt").touch()
    invoke()
    (out / "notes.txt").unlink()  # what is not of a report is left alone
    assert_consistent(out)


def test_a_disk_that_is_full_leaves_the_earlier_report_as_it_was(invoke, monkeypatch):
    out = invoke()[1]
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    write = Path.write_bytes

    def fill_the_disk(path, content):
        if last not in path.name:
            return write(path, content)
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_the_disk)
    for last in ("stages.csv", "linear_regression.png"):
        assert last in before
        result, _ = invoke("--seed=1")
        assert result.status == 2
        assert f"{out}: No space left on device" in result.stderr
        assert {path.name: path.read_bytes() for path in out.iterdir()} == before, "parts of two reports side by side"


@pytest.mark.parametrize(("owner", "name"), [(Result, "plot"), (command_line, "_make_inputs")])
def test_ctrl_c_while_no_worker_works_is_said_as_well(invoke, monkeypatch, owner, name):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, interrupt)
    result, out = invoke()
    assert result.status == 2
    assert "interrupted" in result.stderr
    assert not list(out.glob(".*"))
