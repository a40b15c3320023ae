"""An option means the same in every command that has it, and what it offers is what can be run."""

import pytest
import typer.main

from compare.cli import app as command_line
from compare.cli.common_options import Precision
from compare.running.options import PRECISIONS, Options

COMMON = ["nudge", "precision", "seed", "threads", "timeout", "torch_python", "tf_python", "must_fall"]


def parameters(option):
    """That option of every command that has it."""
    commands = typer.main.get_command(command_line.app).commands.values()
    return [parameter for command in commands for parameter in command.params if parameter.name == option]


def test_what_can_be_asked_for_is_what_can_be_run():
    assert {str(each) for each in Precision} == set(PRECISIONS)


@pytest.mark.parametrize("option", COMMON)
def test_an_option_is_the_same_in_every_command(option):
    first, *others = parameters(option)
    assert others
    for other in others:
        assert (other.help, other.default, other.opts) == (first.help, first.default, first.opts)


@pytest.mark.parametrize("option", [each for each in COMMON if each != "seed"])
def test_a_default_is_that_of_the_runs(option):
    [parameter, *_] = parameters(option)
    field = "nudged" if option == "nudge" else option
    assert parameter.default == getattr(Options(), field)


@pytest.mark.parametrize("name", ["run", "port"])
def test_the_help_says_what_cannot_be_told_without_nudges(name):
    [nudge] = [one for one in typer.main.get_command(command_line.app).commands[name].params if one.name == "nudge"]
    assert "cannot tell a bug from amplified rounding" in nudge.help


@pytest.mark.parametrize("command", ["run", "port", "components"])
@pytest.mark.parametrize("option", ["--threads", "--timeout"])
def test_zero_threads_or_seconds_are_refused(invoke, command, option):
    result = invoke(command, "linear_regression", option, 0)
    assert result.exit_code == 2
    assert option in result.stderr
