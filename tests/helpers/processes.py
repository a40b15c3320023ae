"""What the tests of the command line share: `python -m compare`, and whether other processes live."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from compare.cli import app as command_line
from tests.helpers.fake_worker import ROOT, python_that

DEADLINE = 60  # seconds; far more than anything here takes, so that a busy machine fails no test


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit status and what it printed."""

    status: int
    stdout: str
    stderr: str

    def __post_init__(self):
        assert "Traceback" not in self.stdout + self.stderr, self.stdout + self.stderr

    @property
    def text(self) -> str:
        return self.stdout + self.stderr

    @property
    def message(self) -> str:
        """What it said on standard error, which must be a single line."""
        [line] = filter(str.strip, self.stderr.splitlines())
        return line


def refused(result) -> str:
    """The message of a command that was called in this process: it must be of one line, and nothing else be said."""
    assert result.exit_code == 2
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith("compare: ")
    return line.removeprefix("compare: ")


def command(*arguments: object, module: str = "compare") -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def python(*arguments: object, module: str = "compare", **environment: str) -> Outcome:
    """Run `python -m module arguments` to its end."""
    done = subprocess.run(
        command(*arguments, module=module), cwd=ROOT, env={**os.environ, **environment}, capture_output=True,
        text=True, timeout=DEADLINE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def called(*arguments: object) -> Outcome:
    """The same in this process, which has imported what it needs already; its workers are processes."""
    result = CliRunner().invoke(command_line.app, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return Outcome(result.exit_code, result.stdout, result.stderr)


def fakes(directory: Path, torch: str | dict = "trains", tf: str | dict = "trains") -> list[str]:
    """Options that make both sides fake; what they do as in `python_that`."""
    return [
        f"--torch-python={python_that(directory, 'torch', torch)}",
        f"--tf-python={python_that(directory, 'tf', tf)}",
    ]


def start(*arguments: object, temporary: Path) -> subprocess.Popen:
    """Start `python -m compare` in a process group of its own, as a terminal does; its files go to `temporary`."""
    return subprocess.Popen(
        command(*arguments), cwd=ROOT, env={**os.environ, "TMPDIR": str(temporary)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        # A shell that starts tests in the background has Ctrl-C ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def finish(process: subprocess.Popen) -> Outcome:
    stdout, stderr = process.communicate(timeout=DEADLINE)
    return Outcome(process.returncode, stdout, stderr)


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def pids(directory: Path) -> set[int]:
    """Every fake worker that was ever started with `directory`."""
    return {int(path.name.split("-")[1]) for path in directory.glob("t*-[0-9]*")}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # What nobody waits for stays in the table when it is dead, and can be signalled still.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def table(directory: Path, name: str = "summary") -> list[dict[str, str]]:
    with open(directory / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def verdicts(directory: Path) -> dict[str, str]:
    return {row["case"]: row["verdict"] for row in table(directory)}


def assert_consistent(directory: Path) -> None:
    """The report holds the eight tables, a plot a case, nothing else, and all of them speak of the same cases."""
    cases = [row["case"] for row in table(directory)]
    names = ("summary", "curves", "epochs", "stages", "settings", "differences", "findings", "lines")
    tables = {f"{name}.csv" for name in names}
    assert {path.name for path in directory.iterdir()} == tables | {f"{case}.png" for case in cases}
    for name in ("curves", "epochs", "stages", "settings", "differences", "lines"):
        assert {row["case"] for row in table(directory, name)} <= set(cases)
    for case in cases:
        assert (directory / f"{case}.png").read_bytes().endswith(b"IEND\xaeB`\x82"), "cut off"
