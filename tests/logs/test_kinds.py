"""A log is told from a trace, and of what is neither it is said what it is."""

from pathlib import Path

import pytest
import typer

from compare.cli.diff import diff
from compare.logs.kinds import is_log, why_not_both


@pytest.fixture
def paths(tmp_path, monkeypatch):
    """The current folder with a log, a trace, a folder and TensorBoard's folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("log.csv", "printed", "trace.npz", "board/events.out.tfevents.1", "folder/notes.md"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()


@pytest.mark.parametrize(
    ("path", "log"),
    [("log.csv", True), ("printed", True), ("board", True), ("trace.npz", False), ("trace", False), ("folder", False)],
)
def test_a_log_is_told_by_its_suffix_or_because_it_is_there_and_no_trace(paths, path, log):
    assert is_log(Path(path)) == log


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("gone", "gone does not exist: expected a loss log, as log.csv is one"),
        ("gone.npz", "gone.npz does not exist: expected a loss log"),
        ("folder", "folder is a folder without an event file of TensorBoard, and folder.npz is not there: expected a"),
        ("trace", "one is a loss log, the other a trace: give two traces or two logs"),
        ("trace.npz", "one is a loss log, the other a trace"),
    ],
)
def test_what_is_no_log_beside_one_is_named_as_what_it_is(paths, capsys, other, said):
    for pair in (("log.csv", other), (other, "log.csv")):
        assert said in why_not_both(*map(Path, pair))
        with pytest.raises(typer.Exit):
            diff(*map(Path, pair), None, Path("results"), None, None, False)
        assert said in capsys.readouterr().err.replace("\n", " ")
