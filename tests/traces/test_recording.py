"""A recording is kept whatever becomes of the process, and nothing is left where there is nothing to keep."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from compare.traces import recording as recordings
from compare.traces.recording import NUDGE, Recording, as_named, coarsest
from compare.traces.step import END
from compare.traces.trace import Trace, trace_path
from tests.helpers.synthetic import header

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def recording(tmp_path, monkeypatch):
    """A recording to runs/torch of the first steps."""
    monkeypatch.delenv(NUDGE, raising=False)
    made = []

    def make(audits=range(2), path="runs/torch", **options):
        made.append(Recording(tmp_path / path, audits, lambda: None, **options))
        return made[-1]

    yield make
    for one in made:
        one.discard()


def step(recording, loss=1.0, **tensors):
    if recording.audited:
        for name, value in tensors.items():
            recording.tensor("forward", name, np.float64(value))
    recording.point(loss, {"x": np.ones((4, 2))}, {})
    recording.restart()


def finished(recording):
    assert recording.end()
    recording.close(header())
    return Trace(recording._path)


X, Y = np.ones(3), np.zeros((2, 2))


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        (None, {}),
        ({"x": X, "y": Y}, {"x": X, "y": Y}),
        ({3: X}, {"3": X}),
        ((X, Y), {"0": X, "1": Y}),
        ([X], {"0": X}),
        (X, {"0": X}),
        (np.float64(3), {"0": np.float64(3)}),
        ({"x": X, "label": "cat", "weight": 0.5, "mask": None}, {"x": X}),
        ((X, "cat", Y), {"0": X, "2": Y}),
        ("cat", {}),
        ({}, {}),
    ],
)
def test_a_batch_has_its_own_names_or_its_places(batch, expected):
    named = as_named(batch)
    assert list(named) == list(expected)
    assert all(named[name] is expected[name] for name in named) or named == expected


@pytest.mark.parametrize(
    ("path", "nudged", "expected"),
    [
        ("runs/torch", False, "runs/torch.npz"),
        ("runs/torch.npz", False, "runs/torch.npz"),
        ("runs/torch", True, "runs/torch.nudged.npz"),
        (Path("runs/torch.npz"), True, "runs/torch.nudged.npz"),
        ("runs/v1.2", False, "runs/v1.2.npz"),
    ],
)
def test_a_trace_stands_where_it_is_called(path, nudged, expected):
    assert trace_path(path, nudged) == Path(expected)


def test_curves_have_every_step_and_tensors_the_audited_ones(recording):
    one = recording(audits=(1, 2))
    for loss in (4.0, 3.0, 2.0, 1.0):
        step(one, loss, fc=loss)
    trace = finished(one)
    assert trace.curves["loss"].tolist() == [4.0, 3.0, 2.0, 1.0]
    assert trace.curves["examples"].tolist() == [4.0] * 4
    assert (trace.curves["seconds"] >= 0).all()
    assert [(key, float(trace[key])) for key in trace.keys] == [
        ((1, "forward", "fc"), 3.0),
        ((2, "forward", "fc"), 2.0),
    ]
    assert trace.header == header()


def test_of_a_run_whose_losses_alone_are_wanted_nothing_else_is_kept(recording):
    one = recording(losses_alone=True)
    one.tensor("loss", "loss", np.float64(4.0))
    step(one, 4.0, fc=4.0)
    trace = finished(one)
    assert trace.keys == [(0, "loss", "loss")]
    assert trace.curves["loss"].tolist() == [4.0]


@pytest.mark.parametrize(("audits", "told"), [(range(3), True), ((0,), False), ({0, 1, 2}, True)])
def test_how_large_a_trace_will_be_is_told_once_where_that_is_much(recording, monkeypatch, capsys, audits, told):
    monkeypatch.setattr(recordings, "TOLD_FROM", 2000)
    one = recording(audits=audits)
    for _ in range(4):
        step(one, fc=np.ones(100))
    [*lines] = capsys.readouterr().err.splitlines()
    assert len(lines) == int(told)
    assert all("for 3 audited steps" in line and "audits=(0,) records one" in line for line in lines)


def test_metrics_are_curves_and_a_batch_without_arrays_counts_as_one_example(recording):
    one = recording()
    one.point(1.0, {}, {"accuracy": 0.25})
    one.point(1.0, {"scale": np.float64(1), "x": np.ones((7, 1))}, {"accuracy": 0.5})
    trace = finished(one)
    assert trace.curves["accuracy"].tolist() == [0.25, 0.5]
    assert trace.curves["examples"].tolist() == [1.0, 7.0]


def test_a_metric_under_the_name_of_a_curve_of_the_recorders_own_takes_nothing_from_it(recording):
    one = recording()
    one.point(1.0, {}, {"loss": 5.0, "learning_rate": 6.0, "accuracy": 7.0})
    one.curve("learning_rate", [0.1])
    curves = {name: float(values[0]) for name, values in finished(one).curves.items() if name != "seconds"}
    own = {"loss": 1, "examples": 1, "learning_rate": 0.1}
    assert curves == {**own, "metric loss": 5, "metric learning_rate": 6, "accuracy": 7}


def test_a_name_that_comes_twice_in_a_step_is_a_second_call_and_begins_anew_with_the_next(recording):
    one = recording()
    for _ in range(2):
        for name in ("relu", "fc", "relu", "relu"):
            one.tensor("forward", name, np.ones(1))
        one.tensor("gradient", "relu", np.ones(1))
        step(one)
    one.end()
    for name in ("relu", "relu"):
        one.tensor("forward", name, np.ones(1))
    one.close(header())
    calls = [("forward", "relu"), ("forward", "fc"), ("forward", "relu (call 2)"), ("forward", "relu (call 3)")]
    expected = [(number, *call) for number in range(2) for call in [*calls, ("gradient", "relu")]]
    at_end = [(END, "forward", "relu"), (END, "forward", "relu (call 2)")]
    assert Trace(one._path).keys == [*expected, *at_end]


def test_what_an_unfinished_step_has_recorded_is_no_call_of_the_evaluation(recording):
    one = recording()
    step(one, fc=1.0)
    one.tensor("forward", "fc", np.ones(1))
    one.end()
    one.tensor("forward", "fc", np.ones(1))
    one.close(header())
    assert Trace(one._path).keys[-1] == (END, "forward", "fc")


def test_where_no_step_was_recorded_it_is_said_and_no_file_is_left(recording, capsys, tmp_path):
    one = recording()
    assert not one.end()
    message = capsys.readouterr().err
    assert message == f"{tmp_path}/runs/torch.npz: no step was recorded: call recorder.step(loss, batch) in the loop\n"
    assert list((tmp_path / "runs").iterdir()) == []
    assert not one.end()
    assert capsys.readouterr().err == "", "said once"


def test_a_recording_that_is_discarded_leaves_nothing(recording, tmp_path):
    one = recording()
    step(one, fc=1.0)
    one.discard()
    one.discard()
    assert (list((tmp_path / "runs").iterdir()), one.open, one.end()) == ([], False, False)


def test_a_recording_that_is_closed_is_not_discarded_any_more(recording, tmp_path):
    one = recording()
    step(one)
    finished(one)
    one.discard()
    assert not one.end()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["torch.npz"]


def test_directories_are_made(recording, tmp_path):
    one = recording(path="a/b/c/torch.npz")
    step(one)
    finished(one)
    assert (tmp_path / "a/b/c/torch.npz").exists()


@pytest.mark.parametrize(("value", "name"), [("1", "torch.nudged.npz"), ("", "torch.npz")])
def test_a_nudged_recording_stands_beside_the_plain_one(recording, monkeypatch, tmp_path, value, name):
    one = recording
    monkeypatch.setenv(NUDGE, value)
    one = one()
    assert one.nudged is bool(value)
    step(one)
    finished(one)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [name]


SCRIPT = """
import sys
import numpy as np
from compare.traces.header import Header
from compare.traces.recording import Recording

def close():
    if recording.end():
        recording.tensor("weights", "fc.weight", np.ones(2))
        recording.close(Header("torch", {}, (), {}, ()))

recording = Recording(sys.argv[1], range(3), close)
for step in range(int(sys.argv[2])):
    recording.tensor("loss", "loss", np.float64(step))
    recording.point(float(step), {"x": np.ones((4, 2))}, {})
    recording.restart()
"""


@pytest.mark.parametrize(
    ("ending", "status", "said"),
    [
        ("", 0, ""),
        ("close()\nclose()", 0, ""),
        ("raise RuntimeError('in the middle')", 1, "RuntimeError: in the middle"),
        ("sys.exit(3)", 3, ""),
        ("raise KeyboardInterrupt", -2, "KeyboardInterrupt"),
    ],
)
def test_the_end_of_the_process_closes_what_nobody_closed(tmp_path, ending, status, said):
    done = run(SCRIPT + ending, tmp_path / "torch", 5)
    assert done.returncode in (status, 130 if status == -2 else status)
    assert done.stderr.rstrip().splitlines()[-1:] == ([said] if said else [])
    trace = Trace(tmp_path / "torch.npz")
    assert trace.curves["loss"].tolist() == [0, 1, 2, 3, 4]
    assert [key for key in trace.keys if key[0] == END] == [(END, "weights", "fc.weight")]
    assert [path.name for path in tmp_path.iterdir()] == ["torch.npz"]


def test_a_process_without_a_step_says_so_and_leaves_no_file(tmp_path):
    done = run(SCRIPT, tmp_path / "torch", 0)
    assert done.returncode == 0
    assert done.stderr.startswith(f"{tmp_path}/torch.npz: no step was recorded")
    assert list(tmp_path.iterdir()) == []


def run(script, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_what_runs_in_a_pause_is_no_part_of_the_next_step(recording, monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr("compare.traces.recording.time.perf_counter", lambda: float(next(clock)))
    one = recording(audits=range(5))
    step(one, fc1=1)
    with one.paused():
        one.tensor("forward", "fc1", np.float64(9))
        for _ in range(50):
            next(clock)
    step(one, fc1=2)
    trace = finished(one)
    assert [key for key in trace.keys if key[1] == "forward"] == [(0, "forward", "fc1"), (1, "forward", "fc1")]
    assert trace[1, "forward", "fc1"] == 2
    assert trace.curves["seconds"][1] < 10


def test_an_evaluation_stands_beside_the_step_that_it_follows(recording):
    one = recording()
    for number in range(4):
        step(one)
        if number % 2:
            one.evaluation(number / 10)
    trace = finished(one)
    assert trace.curves["evaluation_step"].tolist() == [1, 3]
    assert trace.curves["evaluation_loss"].tolist() == [0.1, 0.3]
    assert trace.steps == 4


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        ([], None),
        (["float64"], "float64"),
        (["float64", "float32"], "float32"),
        (["float16", "float64"], "float16"),
        (["float16", "bfloat16"], "bfloat16"),
    ],
)
def test_the_coarsest_of_several_dtypes_has_the_widest_ulp(dtypes, expected):
    assert coarsest(dtypes) == expected


def test_a_second_recording_to_the_same_file_takes_over_and_says_so(recording, capsys):
    first = recording()
    step(first, 1.0, layer=1)
    second = recording()
    assert "a second recorder was made under this name while the first was open" in capsys.readouterr().err
    with pytest.raises(ValueError, match="give each recorder a path of its own"):
        first.check_open()
    for loss in (3.0, 4.0):
        step(second, loss, layer=loss)
    assert not first.end(), "it was discarded, and can still be closed without an error"
    trace = finished(second)
    assert trace.curves["loss"].tolist() == [3, 4]
    assert trace[0, "forward", "layer"] == 3


def test_a_recording_that_was_closed_is_not_taken_over(recording, capsys):
    for loss in (1.0, 2.0):
        one = recording()
        step(one, loss)
        assert finished(one).curves["loss"].tolist() == [loss]
    assert capsys.readouterr().err == ""


FORK = (
    SCRIPT
    + """
child = os.fork()
if child == 0:
    sys.exit(0)  # what ends a process would close what its parent records
os.waitpid(child, 0)
recording.point(5.0, {}, {})
"""
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_leaves_what_its_parent_records(tmp_path):
    done = run("import os\n" + FORK, tmp_path / "torch", 5)
    assert (done.returncode, done.stderr) == (0, "")
    assert Trace(tmp_path / "torch.npz").steps == 6
