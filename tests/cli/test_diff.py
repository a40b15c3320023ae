"""The commands for ports and recorded loops: `new`, `port` and `diff`, their exit status, and errors in one line."""

import csv

import numpy as np
import pytest
from typer.testing import CliRunner

from compare.cli import app as command_line
from compare.cli import report as console
from compare.inputs.port_batches import draw
from tests.end_to_end.test_testing import PORT
from tests.fake_port_worker import Network, batches, python_that, record
from tests.numpy_training import Training, losses
from tests.processes import pids, python, table
from tests.synthetic import from_step

TOO_LONG = "x" * 300  # for a file system, as a name


@pytest.fixture
def invoke(monkeypatch, tmp_path):
    """The command line in this process, in a directory of its own; runs are refused."""

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


def refused(result):
    """The message of an error, which must be of one line."""
    assert result.exit_code == 2
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith("compare: ")
    return line.removeprefix("compare: ")


# new


def test_new_writes_a_port_that_loads_and_says_how_to_run_it(invoke, tmp_path):
    result = invoke("new", "my_port.py")
    assert result.exit_code == 0
    assert result.stdout == "my_port.py is written; now: python -m compare port my_port.py\n"
    drawn = draw(str(tmp_path / "my_port.py"), 0, 100)
    assert drawn.steps > 1
    assert list(drawn.drawn[0]) == ["x", "y"]


def test_new_does_not_write_over_what_is_there(invoke, tmp_path):
    (tmp_path / "my_port.py").write_text("mine")
    assert refused(invoke("new", "my_port.py")).startswith("my_port.py is there already: give another name")
    assert (tmp_path / "my_port.py").read_text() == "mine"
    (tmp_path / "directory.py").mkdir()
    assert "directory.py is there already" in refused(invoke("new", "directory.py"))


@pytest.mark.parametrize("name", ["my_port", "my_port.txt", "my_port.PY "])
def test_new_wants_the_name_of_a_python_file(invoke, tmp_path, name):
    assert refused(invoke("new", name)) == f"{name}: a port is a Python file, give a name that ends in .py"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["no/such/directory/my_port.py", f"{TOO_LONG}.py"])
def test_new_says_why_a_file_cannot_be_written(invoke, name):
    assert refused(invoke("new", name)).startswith(f"{name} cannot be written: ")


# port


def test_port_names_a_file_that_is_not_there_with_the_command_that_writes_one(invoke, tmp_path):
    message = refused(invoke("port", "my_port.py"))
    assert message == "my_port.py is no file: `python -m compare new my_port.py` writes one to start from"
    assert "is no file" in refused(invoke("port", tmp_path))
    assert list(tmp_path.iterdir()) == [], "no report of nothing"


def test_port_wants_a_python_file(invoke, tmp_path):
    (tmp_path / "my_port.txt").write_text(PORT)
    assert refused(invoke("port", "my_port.txt")) == "my_port.txt is no Python file: its name must end in .py"


def test_port_with_a_name_that_no_file_can_have_is_refused(invoke):
    assert "no file" in refused(invoke("port", f"{TOO_LONG}.py"))


def test_port_finds_out_first_whether_its_report_can_be_written(invoke, tmp_path):
    (tmp_path / "my_port.py").write_text(PORT)
    (tmp_path / "a_file").touch()
    assert "a_file cannot be written to" in refused(invoke("port", "my_port.py", "--out", "a_file"))


def run_port(directory, *arguments, text=PORT, order=(0, 1), rate=1.0):
    """A port whose sides are NumPy's, and the directory of its report."""
    (directory / "my_port.py").write_text(text)
    sides = {"torch": python_that(directory, "torch"), "tf": python_that(directory, "tf", order, rate)}
    options = [f"--{side}-python={python_}" for side, python_ in sides.items()]
    return python(
        "port", directory / "my_port.py", f"--out={directory / 'out'}", *options, *arguments
    ), directory / "out"


def test_a_port_that_is_equivalent_has_a_report_and_status_0(tmp_path):
    outcome, out = run_port(tmp_path)
    assert (outcome.status, outcome.stderr.strip()) == (0, "")
    [row] = table(out)
    assert (row["case"], row["verdict"], row["steps"]) == ("my_port", "equivalent", "24")
    assert {one["precision"] for one in table(out, "curves")} == {"float64", "float32"}
    assert {one["setting"] for one in table(out, "settings") if one["subject"] == "optimizer"} == {"lr"}
    assert (out / "my_port.png").stat().st_size > 1000
    assert pids(tmp_path) != set()


def test_a_port_with_like_layers_in_another_order_says_how_they_were_paired(tmp_path):
    outcome, out = run_port(tmp_path, "--precision=float64", "--no-nudge", order=(1, 0))
    assert outcome.status == 0
    assert "weights paired crosswise (dense_1 is branches.1, dense_2 is branches.0)" in outcome.stdout
    pairs = {row["tf"]: row["torch"] for row in table(out, "settings") if row["subject"] == "pairing of weights"}
    assert pairs["dense_1.weight"] == "branches.1.weight"


def test_a_port_that_is_wrong_has_status_1_and_the_place_where_it_parts(tmp_path):
    outcome, out = run_port(tmp_path, "--precision=float64", rate=0.5)
    assert outcome.status == 1
    assert "my_port: parts at step 1, rate, learning_rate (gap 5.0e-01" in outcome.stdout
    assert table(out)[0]["first_divergence"] == "step 1, rate, learning_rate"


def test_fewer_batches_than_there_are_is_said(tmp_path):
    outcome, out = run_port(tmp_path, "--precision=float64", "--no-nudge", "--steps=9")
    assert outcome.status == 0
    assert "only the first 9 batches were taken: --steps gives more" in outcome.stdout
    assert table(out)[0]["steps"] == "9"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def batches(rng:\n", "my_port: torch: my_port.py, line 1, while it was imported: SyntaxError"),
        (
            PORT.replace("yield {", "yield np.array(['a'])\n        {"),
            "batches() yields 0 as <U1, expected NumPy arrays",
        ),
        (PORT.replace("def tf_side", "def other_side"), "my_port.py has no function tf_side()"),
    ],
)
def test_a_port_that_is_broken_has_status_2_and_its_line(tmp_path, text, said):
    outcome, out = run_port(tmp_path, text=text)
    assert outcome.status == 2
    [line] = [line for line in outcome.stdout.splitlines() if line.startswith("my_port: ")]
    assert said in line
    assert table(out)[0]["verdict"] == "error"


def test_a_port_whose_weights_are_no_names_has_status_2(tmp_path):
    outcome, _ = run_port(tmp_path, text=PORT + "WEIGHTS = {'dense.weight': 'enter.weight[0'}\n")
    assert outcome.status == 2
    assert "enter.weight[0" in outcome.stdout


# diff


@pytest.fixture
def logs(tmp_path):
    """Writes the losses of a training and of its port to left.csv and right.csv."""

    def write(*curves, first=0, name="right.csv"):
        for file, curve in zip(("left.csv", name), curves, strict=True):
            begin = first if file == name else 0
            rows = [f"{step},{loss:.9g}" for step, loss in enumerate(curve, begin)]
            (tmp_path / file).write_text("\n".join(["step,loss", *rows]) + "\n")
        return "left.csv", name

    return write


def test_logs_that_agree_have_status_0(invoke, logs):
    result = invoke("diff", *logs(losses(Training(rate=0.02)), losses(Training(rate=0.02, shuffled=True))))
    assert result.exit_code == 0
    first, following = result.stdout.splitlines()
    assert first.startswith("equal: the two agree within rounding at all 120 steps")
    assert following.startswith("next: ")
    assert "torch_impl.Recorder(" in following


def test_logs_that_grow_apart_like_rounding_have_status_0(invoke, logs):
    curves = losses(Training(rate=0.1, steps=400)), losses(Training(rate=0.1, steps=400, shuffled=True))
    result = invoke("diff", *logs(*curves))
    assert result.stdout.startswith("growing like rounding: ")
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("change", "shape"),
    [
        ({"loss_factor": 2.0}, "constant factor"),
        ({"rate_from": (60, 0.1)}, "apart from step 6"),
        ({"other_weights": 1}, "apart at step 0"),
        ({"frozen": True}, "one is flat"),
    ],
)
def test_logs_that_part_have_status_1_and_say_how(invoke, logs, change, shape):
    result = invoke("diff", *logs(losses(Training()), losses(Training(**change))))
    assert result.exit_code == 1
    assert result.stdout.startswith(shape)


def test_how_logs_were_brought_together_is_said(invoke, logs):
    curve = losses(Training())
    assert "numbered one apart" in invoke("diff", *logs(curve, curve, first=1)).stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "right.csv is empty"),
        (b"\xff\xfe", "right.csv is not UTF-8 text"),
        (b"step,accuracy\n0,1\n", "right.csv has no column of losses"),
        (b"step,loss\n0,high\n", "right.csv line 2: 'high' is not a number"),
        (b"step,loss\n700,1.5\n", "no step is in both logs"),
    ],
)
def test_a_log_that_cannot_be_read_is_named(invoke, logs, tmp_path, content, said):
    names = logs(losses(Training(steps=5)), [1.0])
    (tmp_path / "right.csv").write_bytes(content)
    assert said in refused(invoke("diff", *names))


def test_a_log_that_is_not_there_is_named(invoke, logs):
    logs([1.0], [1.0])
    assert refused(invoke("diff", "left.csv", "gone.csv")) == "gone.csv cannot be read: No such file or directory"


def test_a_log_and_a_trace_cannot_be_compared(invoke, logs):
    logs([1.0], [1.0])
    for names in (("left.csv", "runs/tf"), ("runs/torch.npz", "left.csv")):
        message = refused(invoke("diff", *names))
        assert message == f"{names[0]} and {names[1]}: one is a loss log, the other a trace: give two of a kind"


def test_a_file_that_is_neither_a_log_nor_a_trace_is_not_said_to_be_missing(invoke, tmp_path):
    for name in ("left.json", "right.json"):
        (tmp_path / name).write_text("[1.0]")
    assert "is not there" not in refused(invoke("diff", "left.json", "right.json"))


def test_a_name_that_no_file_can_have_is_refused(invoke):
    assert "is not there" in refused(invoke("diff", TOO_LONG, "b"))


@pytest.fixture
def traces(tmp_path):
    """Writes the traces runs/torch and runs/tf."""

    def write(**faults):
        (tmp_path / "runs").mkdir()
        for side in ("torch", "tf"):
            record(tmp_path / "runs" / f"{side}.npz", Network(side, **faults if side == "tf" else {}), batches(40))

    return write


def test_traces_that_agree_have_status_0_and_a_report(invoke, traces, tmp_path):
    traces()
    result = invoke("diff", "runs/torch", "runs/tf.npz")
    assert (result.exit_code, result.stderr) == (0, "")
    out = tmp_path / "results" / "torch_tf"
    names = {"summary.csv", "curves.csv", "epochs.csv", "stages.csv", "settings.csv", "torch_tf.png"}
    assert {path.name for path in out.iterdir()} == names
    [row] = table(out)
    assert (row["case"], row["verdict"], row["float32_gap"], row["inputs_sha256"]) == ("torch_tf", "equivalent", "", "")
    assert "equivalent" in result.stdout


def test_traces_that_part_have_status_1_and_the_place(invoke, traces, tmp_path):
    traces(fault=from_step(1, "gradient", 1.5))
    result = invoke("diff", "runs/torch", "runs/tf", "--out", "here")
    assert result.exit_code == 1
    assert "torch_tf: parts at step 1, gradient, " in result.stdout
    with open(tmp_path / "here" / "stages.csv", newline="") as file:
        beyond = [row for row in csv.DictReader(file) if row["verdict"] == "beyond"]
    assert (beyond[0]["step"], beyond[0]["stage"]) == ("1", "gradient")
    assert not (tmp_path / "results").exists()


def test_traces_that_cannot_be_compared_are_refused_and_no_report_is_begun(invoke, traces, tmp_path):
    traces()
    assert "runs/gone is not there (looked for runs/gone.npz)" in refused(invoke("diff", "runs/torch", "runs/gone"))
    assert "both traces are of torch" in refused(invoke("diff", "runs/torch", "runs/torch"))
    (tmp_path / "runs" / "bad.npz").write_bytes(b"PK\x03\x04")
    assert "runs/bad.npz is not a whole trace" in refused(invoke("diff", "runs/torch", "runs/bad"))
    np.savez(tmp_path / "runs" / "odd.npz", x=np.ones(3))
    assert "runs/odd.npz is not a whole trace" in refused(invoke("diff", "runs/odd", "runs/tf"))
    assert not (tmp_path / "results").exists()


def test_a_report_of_traces_in_place_of_a_file_is_refused(invoke, traces, tmp_path):
    traces()
    (tmp_path / "a_file").touch()
    assert "a_file cannot be written to" in refused(invoke("diff", "runs/torch", "runs/tf", "--out", "a_file"))


def test_diff_is_a_process_with_these_exit_statuses(traces, tmp_path):
    traces()
    names = [tmp_path / "runs" / side for side in ("torch", "tf")]
    assert python("diff", *names, f"--out={tmp_path / 'out'}").status == 0
    outcome = python("diff", names[0], tmp_path / "gone")
    assert outcome.status == 2
    assert "is not there" in outcome.message
