"""`python -m compare components`: the exit status, the sentences, the table, and errors in one line."""

import csv

import pytest
from typer.testing import CliRunner

from compare.cli import app as command_line
from compare.cli import components as console
from compare.components import specs
from compare.components.judging import ComponentRow
from compare.components.table import COLUMNS


def row(key, verdict, why=""):
    return ComponentRow(key, "activations", "float64", verdict, why, 1e-16, None, 1e-12)


@pytest.fixture
def invoke(monkeypatch):
    """The command line in this process, where what would be run comes to the verdicts that are given by key."""
    seen = {}

    def run(*arguments, **verdicts):
        def answer(chosen, options):
            seen.update(chosen)
            return iter([row(key, verdicts.get(key, "agrees"), "[red]why[/]") for key in reversed(list(chosen))])

        seen.clear()
        monkeypatch.setattr(console, "run_components", answer)
        return CliRunner().invoke(command_line.app, ["components", *map(str, arguments)]), list(seen)

    return run


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [({}, 0), ({"elu": "differs"}, 1), ({"relu": "error", "elu": "differs"}, 2), ({"relu": "equal"}, 0)],
)
def test_the_exit_status_is_that_of_the_worst_row(invoke, tmp_path, verdicts, status):
    result, _ = invoke("relu", "elu", "--out", tmp_path, **verdicts)
    assert result.exit_code == status


def test_every_row_that_does_not_agree_is_said_in_a_sentence(invoke, tmp_path):
    result, _ = invoke("relu", "elu", "selu", "--out", tmp_path, elu="differs", selu="error")
    assert "elu differs: [red]why[/]" in result.stdout
    assert "selu error: [red]why[/]" in result.stdout
    assert "relu" not in result.stdout.replace("selu", "")


def test_a_kind_means_all_of_its_components_and_no_name_means_all(invoke, tmp_path):
    assert invoke("activations", "--out", tmp_path)[1] == list(specs.load("activations"))
    everything = [key for kind in specs.KINDS for key in specs.load(kind)]
    assert invoke("--out", tmp_path)[1] == everything
    assert invoke("gelu", "relu", "--out", tmp_path)[1] == ["relu", "gelu"]


def test_the_table_is_in_the_order_of_the_dictionary_with_both_sources(invoke, tmp_path):
    invoke("activations", "--out", tmp_path)
    with open(tmp_path / "components.csv", newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert tuple(found[0]) == COLUMNS
    assert [one["key"] for one in found] == list(specs.load("activations"))
    [glu] = [one for one in found if one["key"] == "glu_channels"]
    assert (glu["torch"], glu["tf"]) == ("F.glu(x, dim=1)", "keras.activations.glu(x)")
    assert (glu["forward_gap"], glu["gradient_gap"], glu["verdict"]) == ("1e-16", "", "agrees")
    assert glu["mind"].startswith("PyTorch's GLU takes the last axis by default;")


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("conv2d_strid_padding", "'conv2d_stride_padding'"), ("loses", "'losses'"), ("GELU", "'gelu'"), ("zzzz", "dense")],
)
def test_an_unknown_name_is_answered_with_the_nearest_before_anything_runs(invoke, tmp_path, name, suggestion):
    result, ran = invoke("relu", name, "--out", tmp_path)
    assert (result.exit_code, ran) == (2, [])
    [line] = result.stderr.splitlines()
    assert f"named {name!r}" in line
    assert suggestion in line


def test_a_directory_that_cannot_be_written_is_found_before_anything_runs(invoke, tmp_path):
    (tmp_path / "file").touch()
    result, ran = invoke("relu", "--out", tmp_path / "file")
    assert (result.exit_code, ran) == (2, [])
    assert "cannot be written" in result.stderr


def test_a_table_that_cannot_be_written_leaves_the_old_one(invoke, tmp_path, monkeypatch):
    invoke("relu", "--out", tmp_path)
    before = (tmp_path / "components.csv").read_bytes()

    def refuse(files):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(console, "write_all", refuse)
    result, _ = invoke("elu", "--out", tmp_path)
    assert result.exit_code == 2
    assert "No space left" in result.stderr
    assert (tmp_path / "components.csv").read_bytes() == before


def test_a_side_that_is_not_there_is_said_in_one_line(tmp_path):
    result = CliRunner().invoke(
        command_line.app, ["components", "relu", "--tf-python", str(tmp_path / "no"), "--out", str(tmp_path)]
    )
    assert result.exit_code == 2
    assert "--tf-python" in result.stderr
    assert not (tmp_path / "components.csv").exists()
