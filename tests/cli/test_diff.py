"""`diff`: what two loops left is compared, its exit status, and errors in one line."""

import csv

import numpy as np
import pytest

from compare.cli import diff as diffing
from compare.traces.pairing import PairingError
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.numpy_training import Training, losses
from tests.helpers.processes import python, refused, table
from tests.helpers.synthetic import from_step

TOO_LONG = "x" * 300  # for a file system, as a name


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


def test_a_log_and_a_trace_cannot_be_compared(invoke, logs, tmp_path):
    logs([1.0], [1.0])
    (tmp_path / "runs").mkdir()
    for side in ("torch", "tf"):
        (tmp_path / "runs" / f"{side}.npz").write_bytes(b"")
    for names in (("left.csv", "runs/tf"), ("runs/torch.npz", "left.csv")):
        message = refused(invoke("diff", *names))
        assert (
            message == f"{names[0]} and {names[1]}: one is a loss log, the other a trace: give two traces or two logs"
        )


def test_a_file_that_is_neither_a_log_nor_a_trace_is_not_said_to_be_missing(invoke, tmp_path):
    for name in ("left.json", "right.json"):
        (tmp_path / name).write_text('{"model": "resnet"}')
    message = refused(invoke("diff", "left.json", "right.json"))
    assert "left.json line 1: 'resnet' is not a number" in message


def test_a_name_that_no_file_can_have_is_refused(invoke):
    assert "does not exist" in refused(invoke("diff", TOO_LONG, "b"))


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
    tables = ("summary", "curves", "epochs", "stages", "settings", "differences", "findings", "lines")
    names = {*(f"{name}.csv" for name in tables), "torch_tf.png"}
    assert {path.name for path in out.iterdir()} == names
    [row] = table(out)
    assert (row["case"], row["verdict"], row["float32_gap"], row["inputs_sha256"]) == ("torch_tf", "equivalent", "", "")
    assert "equivalent" in result.stdout


def test_a_long_list_of_weights_without_a_partner_is_cut_and_whole_in_a_file(invoke, traces, tmp_path, monkeypatch):
    whole = PairingError("a, b, c and d have no partner", "a and 3 more have no partner")
    monkeypatch.setattr(diffing, "compare_recorded", lambda *_: (_ for _ in ()).throw(whole))
    traces()
    said = refused(invoke("diff", "runs/torch", "runs/tf", "--out", "here"))
    assert said == "a and 3 more have no partner (whole in here/unpaired.txt)"
    assert (tmp_path / "here" / "unpaired.txt").read_text() == f"{whole}\n"


def test_traces_that_part_have_status_1_and_the_place(invoke, traces, tmp_path):
    traces(fault=from_step(1, "gradient", 1.5))
    result = invoke("diff", "runs/torch", "runs/tf", "--out", "here")
    assert result.exit_code == 1
    assert "torch_tf: diverged, parts at step 1, gradient, " in result.stdout
    with open(tmp_path / "here" / "stages.csv", newline="") as file:
        beyond = [row for row in csv.DictReader(file) if row["verdict"] == "beyond"]
    assert (beyond[0]["step"], beyond[0]["stage"]) == ("1", "gradient")
    assert not (tmp_path / "results").exists()


def test_traces_that_cannot_be_compared_are_refused_and_no_report_is_begun(invoke, traces, tmp_path):
    traces()
    assert "runs/gone does not exist (looked for runs/gone.npz)" in refused(invoke("diff", "runs/torch", "runs/gone"))
    assert "are the same file" in refused(invoke("diff", "runs/torch", "runs/torch"))
    (tmp_path / "runs" / "bad.npz").write_bytes(b"PK\x03\x04")
    assert "runs/bad.npz is not a complete trace" in refused(invoke("diff", "runs/torch", "runs/bad"))
    np.savez(tmp_path / "runs" / "odd.npz", x=np.ones(3))
    assert "runs/odd.npz is not a complete trace" in refused(invoke("diff", "runs/odd", "runs/tf"))
    assert not (tmp_path / "results").exists()


def test_a_report_of_traces_in_place_of_a_file_is_refused(invoke, traces, tmp_path):
    traces()
    (tmp_path / "a_file").touch()
    assert "a_file cannot be written to" in refused(invoke("diff", "runs/torch", "runs/tf", "--out", "a_file"))


def test_diff_is_a_process_with_these_exit_statuses(logs, tmp_path):
    names = [tmp_path / name for name in logs(losses(Training()), losses(Training(loss_factor=2.0)))]
    assert python("diff", *names).status == 1
    outcome = python("diff", names[0], tmp_path / "gone.csv")
    assert outcome.status == 2
    assert "cannot be read" in outcome.message


def test_equal_losses_that_rise_have_status_1_only_where_they_must_fall(invoke, tmp_path):
    def rising(key, value):
        return value * 2.0 ** min(key[0], 40) if key[1] == "loss" else value

    for side in ("torch", "tf"):
        record(tmp_path / f"{side}.npz", Network(side, fault=rising), batches(40))
    result = invoke("diff", "torch", "tf")
    assert (result.exit_code, "the loss falls on neither side" in result.stdout) == (0, True)
    result = invoke("diff", "torch", "tf", "--must-fall")
    assert (result.exit_code, "not decreasing" in result.stdout) == (1, True)
