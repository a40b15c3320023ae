"""What a user can get wrong is answered in one line, with the value and the way out, before anything is run."""

import argparse
import re

import numpy as np
import pytest
import typer.main
from typer.testing import CliRunner

from compare.cli import app as command_line
from compare.cli import report as console
from compare.inputs import cases
from compare.inputs.datasets import CIFAR_RECORD
from compare.running import worker
from tests.helpers.processes import called, fakes, python, refused

TOO_LONG = "x" * 300  # for a file system, as a name
TOO_MANY = 10**13  # epochs, for any memory


def test_list_names_every_case_and_says_what_it_is():
    outcome = python("list")
    assert outcome.status == 0
    assert outcome.stderr == ""
    for name, line in zip(cases.NAMES, outcome.stdout.splitlines(), strict=True):
        assert line.split(maxsplit=1) == [name, cases.load(name).summary]


def test_help_explains_the_exit_status(invoke):
    shown = re.sub(r"\s+", " ", invoke("--help").stdout)
    for words in ("Exit status", "0 when every case is equivalent", "1 when any is not", "2 for"):
        assert words in shown


@pytest.mark.parametrize("name", ["list", "run", "port", "components", "diff", "new"])
def test_every_command_has_a_help_of_its_own(invoke, name):
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert name in result.stdout


def test_every_option_has_help():
    commands = typer.main.get_command(command_line.app).commands.values()
    parameters = [parameter for command in commands for parameter in command.params]
    assert len(parameters) > 10
    assert [parameter.name for parameter in parameters if not parameter.help] == []


def test_every_option_of_a_side_has_help(monkeypatch):
    parsers = []
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", lambda self, _: parsers.append(self) or self.exit())
    with pytest.raises(SystemExit):
        worker.main("torch_impl", [])
    assert [action.dest for action in parsers[0]._actions if not action.help] == []


def test_no_command_runs_every_case(monkeypatch):
    asked = []
    monkeypatch.setattr(command_line, "_make_inputs", lambda names, *rest: asked.append((names, rest)) or [])
    monkeypatch.setattr(command_line, "check_writable", lambda out: None)
    monkeypatch.setattr(console, "run_and_report", lambda *_: 0)
    assert CliRunner().invoke(command_line.app, []).exit_code == 0
    assert asked == [(list(cases.NAMES), (None, None, 0, None))]


def test_a_case_that_is_named_twice_is_run_once(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(console, "run_and_report", lambda experiments, *_: asked.extend(experiments) or 0)
    arguments = ["run", "mlp_regression", "linear_regression", "mlp_regression", f"--out={tmp_path}"]
    assert CliRunner().invoke(command_line.app, arguments).exit_code == 0
    assert [experiment.subject.name for experiment in asked] == ["mlp_regression", "linear_regression"]


def test_quick_is_the_first_steps_in_float64(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(console, "run_and_report", lambda *given: asked.append(given) or 0)
    arguments = ["run", "mlp_regression", "--quick", f"--out={tmp_path}"]
    assert CliRunner().invoke(command_line.app, arguments).exit_code == 0
    [([experiment], options, _)] = asked
    assert (experiment.subject.steps, options.precision, options.falling) == (2, "float64", False)


@pytest.mark.parametrize("must_fall", [True, False])
def test_that_a_ports_loss_must_fall_is_an_option(monkeypatch, tmp_path, must_fall):
    asked = []
    monkeypatch.setattr(console, "run_and_report", lambda *given: asked.append(given) or 0)
    (tmp_path / "my_port.py").touch()
    arguments = ["port", str(tmp_path / "my_port.py"), f"--out={tmp_path}", *["--must-fall"] * must_fall]
    assert CliRunner().invoke(command_line.app, arguments).exit_code == 0
    [(_, options, *_)] = asked
    assert options.must_fall is must_fall


def test_a_port_is_explained_unless_that_is_not_wanted_and_its_patch_is_written_where_it_is_asked_for(
    monkeypatch, tmp_path
):
    asked = []
    monkeypatch.setattr(console, "run_and_report", lambda *given: asked.append(given) or 0)
    (tmp_path / "my_port.py").touch()
    for options in ([], ["--no-explain"], ["--patch", str(tmp_path / "fix.patch")]):
        arguments = ["port", str(tmp_path / "my_port.py"), f"--out={tmp_path}", *options]
        assert CliRunner().invoke(command_line.app, arguments).exit_code == 0
    assert [(options.explain, patch) for _, options, _, patch in asked] == [
        *((True, None), (False, None), (True, tmp_path / "fix.patch")),
    ]


def test_a_patch_without_a_search_is_refused(invoke, tmp_path):
    (tmp_path / "my_port.py").touch()
    refusal = refused(invoke("port", str(tmp_path / "my_port.py"), "--no-explain", "--patch=fix.patch"))
    assert "--patch writes what --explain finds: leave --no-explain out" in refusal


@pytest.mark.parametrize("option", ["--steps=5", "--epochs=5"])
def test_quick_says_which_option_it_does_not_go_with(invoke, option):
    message = refused(invoke("run", "mlp_regression", "--quick", option))
    assert "--quick trains 2 steps: leave --epochs and --steps out" in message


def test_an_unknown_case_is_answered_with_the_nearest(invoke):
    message = refused(invoke("run", "liner_regresion"))
    assert "'liner_regresion'" in message
    assert "did you mean 'linear_regression'?" in message


def test_an_unknown_case_that_resembles_none_is_answered_with_all(invoke):
    message = refused(invoke("run", "linear_regression", "xyzzy"))
    assert "'xyzzy'" in message
    assert "did you mean" not in message
    assert all(name in message for name in cases.NAMES)


@pytest.mark.parametrize("option", ["--epochs", "--steps"])
def test_zero_of_anything_is_refused(invoke, option):
    result = invoke("run", "linear_regression", option, 0)
    assert result.exit_code == 2
    assert option in result.stderr


def test_a_timeout_that_is_no_number_is_refused(invoke):
    assert invoke("run", "linear_regression", "--timeout", "nan").exit_code == 2


def test_more_epochs_than_memory_holds_are_refused(invoke):
    message = refused(invoke("run", "mlp_regression", "--epochs", TOO_MANY))
    assert str(TOO_MANY) in message


@pytest.mark.parametrize("below", ["a_file", "a_file/below"])
def test_a_report_that_cannot_be_written_is_refused_before_the_runs(invoke, tmp_path, below):
    (tmp_path / "a_file").touch()
    message = refused(invoke("run", "linear_regression", "--out", tmp_path / below))
    assert str(tmp_path / below) in message
    assert "--out" in message


def test_data_for_cases_that_read_none_are_refused(invoke, tmp_path):
    message = refused(invoke("run", "linear_regression", "mlp_regression", "--data-dir", tmp_path))
    assert "linear_regression" in message
    assert "--data-dir" in message


@pytest.mark.parametrize("name", ["missing", TOO_LONG])
def test_a_data_directory_that_is_none_is_refused(invoke, tmp_path, name):
    assert str(tmp_path / name) in refused(invoke("run", "cifar10_cnn", "--data-dir", tmp_path / name))


def records(labels):
    content = np.zeros((len(labels), CIFAR_RECORD), np.uint8)
    content[:, 0] = labels
    return content.tobytes()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("notes.txt", b"", ["notes.txt", "data_batch_1.bin"]),
        ("data_batch_1", b"", ["Python (pickled) version", "binary version"]),
        ("data_batch_2.bin", b"", ["data_batch_2.bin", "0 bytes"]),
        ("data_batch_2.bin", records([1, 2])[:-1], ["data_batch_2.bin", f"{2 * CIFAR_RECORD - 1} bytes"]),
        ("data_batch_2.bin", b"PK\x03\x04", ["data_batch_2.bin", "4 bytes"]),
        ("data_batch_2.bin", records([9, 0, 10]), ["data_batch_2.bin", "record 2 has label 10", "0 to 9"]),
    ],
)
def test_data_that_cannot_be_read_are_refused_with_file_and_value(invoke, tmp_path, file, content, said):
    (tmp_path / file).write_bytes(content)
    message = refused(invoke("run", "cifar10_cnn", "--data-dir", tmp_path))
    assert str(tmp_path) in message
    for words in said:
        assert words in message


def test_a_framework_that_is_not_installed_is_named_with_what_installs_it(tmp_path):
    outcome = called(
        "run", "linear_regression", f"--out={tmp_path / 'out'}", *fakes(tmp_path, tf="lacks the framework")
    )
    assert outcome.status == 2
    assert "tensorflow cannot be used" in outcome.message
    assert re.search(rf"{re.escape(str(tmp_path))}/python-tf -m pip install .*tensorflow", outcome.message)
    assert "--tf-python" in outcome.message
    assert list((tmp_path / "out").iterdir()) == []


def test_a_python_that_does_not_exist_is_named(tmp_path):
    outcome = called("run", "linear_regression", f"--out={tmp_path}", "--torch-python=/no/such/python")
    assert outcome.status == 2
    assert "/no/such/python" in outcome.message
    assert "--torch-python" in outcome.message
