"""Whatever becomes of one component costs its own row, and the command says so."""

import csv

import pytest
from typer.testing import CliRunner

from compare.cli import app as command_line
from compare.cli import components as console
from compare.components import specs
from compare.components.judging import Row
from compare.components.run_components import run_components
from compare.components.spec import Spec, normal
from compare.components.table import columns, table
from compare.running.options import Options
from tests.fake_component_worker import LAST_WORDS, python_that

TIMEOUT = 4  # seconds; a worker's start counts as silence
SPEC = Spec(x=normal(3))


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The rows of components that misbehave on the TensorFlow side, a good one between any two."""
    directory = tmp_path_factory.mktemp("fakes")
    pythons = {"torch_python": python_that(directory, False), "tf_python": python_that(directory, True)}
    names = ("raises", "exits", "hangs", "wrong", "not_a_number", "missing", "other_shape", "good")
    chosen = dict.fromkeys(names, ("activations", SPEC))
    return {row.key: row for row in run_components(chosen, Options(timeout=TIMEOUT, **pythons))}


@pytest.mark.parametrize(
    ("name", "verdict", "words"),
    [
        ("good", "equal", [""]),
        ("raises", "error", ["tf: ValueError: no such thing"]),
        ("exits", "error", ["tf: the worker ended with exit status 3", LAST_WORDS]),
        ("hangs", "error", ["tf: the worker said nothing for 4 s"]),
        ("wrong", "differs", ["gradient input x: gap 1.0e-10", "torch 3.0, tf 3.0000000003"]),
        ("not_a_number", "differs", ["forward output 0: not finite", "tf nan", "gradient input x: missing in tf"]),
        ("missing", "differs", ["gradient input x: missing in tf"]),
        ("other_shape", "differs", ["forward output 0: shape torch 3, tf 2"]),
    ],
)
def test_a_component_costs_its_own_row_and_no_other(rows, name, verdict, words):
    assert rows[name].verdict == verdict
    for part in words:
        assert part in rows[name].why


def row(key, verdict, why=""):
    return Row(key, "activations", "float64", 1e-16, None, 1e-12, verdict, why)


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
    assert tuple(found[0]) == columns
    assert [one["key"] for one in found] == list(specs.load("activations"))
    [glu] = [one for one in found if one["key"] == "glu_channels"]
    assert (glu["torch"], glu["tf"]) == ("F.glu(x, dim=1)", "keras.activations.glu(x)")
    assert (glu["forward_gap"], glu["gradient_gap"], glu["verdict"]) == ("1e-16", "", "agrees")
    assert glu["mind"].startswith("PyTorch's GLU takes the last axis by default;")


def test_numbers_in_the_table_read_back_the_same():
    written = table([Row("relu", "activations", "float64", 0.1 + 0.2, float("inf"), 1e-12, "differs")]).decode()
    [found] = csv.DictReader(written.splitlines())
    assert [float(found[name]) for name in ("forward_gap", "gradient_gap", "allowed")] == [
        0.1 + 0.2,
        float("inf"),
        1e-12,
    ]


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
