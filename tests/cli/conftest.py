"""The command line in the test's own process: it starts at once."""

import pytest
from typer.testing import CliRunner

from compare.cli import app as command_line
from compare.cli import report as console


@pytest.fixture
def invoke(monkeypatch, tmp_path):
    """Calls the command line in a directory of its own; no worker is ever reached."""

    def refuse(*_):
        raise AssertionError("was not stopped before the runs")

    monkeypatch.setattr(console, "run_and_report", refuse)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        result = CliRunner().invoke(command_line.app, list(map(str, arguments)))
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert "Traceback" not in result.output
        return result

    return run
