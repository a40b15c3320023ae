"""A worker answers requests line by line, and a case's name in place of them; what it cannot do it says in a line."""

import json
import subprocess

import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs, write_inputs
from compare.inputs.port_errors import PortError
from compare.running import worker
from compare.running.request import TrainCase, Training, to_line
from tests.cli.test_app import TOO_LONG, TOO_MANY
from tests.helpers.fake_worker import MESSAGE, ROOT, python_that
from tests.helpers.processes import DEADLINE, python, wait_until

SIDES = ["torch_impl", "tf_impl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "which case?"),
        (["liner_regresion"], "did you mean 'linear_regression'?"),
        (["linear_regression", "--steps", "0"], "0 steps"),
        (["linear_regression", "--epochs", "0"], "0 epochs"),
        (["linear_regression", "--epochs", "-1"], "-1 epochs"),
        (["linear_regression", "--seed", "-1"], "--seed"),
        (["linear_regression", "--threads", "0"], "--threads"),
        (["linear_regression", "--data-dir", "here"], "--data-dir"),
        (["cifar10_cnn", "--data-dir", "no/such/directory"], "no/such/directory"),
        (["cifar10_cnn", "--data-dir", TOO_LONG], TOO_LONG),
        (["mlp_regression", "--epochs", str(TOO_MANY)], str(TOO_MANY)),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",  # what is said need not be named
)
def test_what_cannot_be_trained_is_refused_in_one_line(monkeypatch, capsys, arguments, said):
    monkeypatch.setattr(worker, "train_alone", lambda *_: pytest.fail("was not refused"))
    try:
        status = worker.main("torch_impl", arguments)
    except SystemExit as refusal:  # argparse's own way, with its usage above the line
        status = refusal.code
    shown = capsys.readouterr()
    assert status == 2
    assert shown.out == ""
    assert shown.err.splitlines()[-1].startswith("python -m torch_impl: ")
    assert said in shown.err.splitlines()[-1]


@pytest.mark.parametrize("side", SIDES)
def test_a_usage_error_does_not_wait_for_the_framework(side):
    outcome = python("nonsense", module=side, PYTHONPROFILEIMPORTTIME="1")
    assert outcome.status == 2
    imported = {line.rpartition("|")[2].strip() for line in outcome.stderr.splitlines()}
    assert "numpy" in imported, "the test needs to see imports"
    assert not imported & {"torch", "tensorflow", "keras"}


def test_ctrl_c_ends_a_side_with_status_2(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(worker, "train_alone", interrupt)
    assert worker.main("torch_impl", ["linear_regression"]) == 2


# What it serves


class Conversation:
    """A fake worker with its input open: say a request, hear the events up to one."""

    def __init__(self, python):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([python], cwd=ROOT, text=True, **pipes)

    def say(self, request):
        self.process.stdin.write(to_line(request))
        self.process.stdin.flush()

    def hear(self, *until):
        heard = []
        for line in self.process.stdout:
            heard.append(json.loads(line))
            if heard[-1]["event"] in until:
                break
        return heard

    def end(self):
        self.process.stdin.close()
        return self.process.wait(DEADLINE)


@pytest.fixture
def worker_that(tmp_path):
    """Starts a worker that does as it is told; `fake_worker.python_that` says what it can be told."""
    begun = []

    def begin(does="trains"):
        begun.append(Conversation(python_that(tmp_path, "torch", does)))
        return begun[-1]

    yield begin
    for conversation in begun:
        conversation.process.kill()
        conversation.process.wait()


@pytest.fixture
def request_of(tmp_path):
    def make(name="trace", case="linear_regression"):
        write_inputs(make_inputs(cases.load(case), steps=3), tmp_path / f"{case}.npz")
        return TrainCase(str(tmp_path / f"{name}.npz"), str(tmp_path / f"{case}.npz"), Training("float64"))

    return make


def test_a_worker_is_ready_and_then_does_one_request_after_another(worker_that, request_of, tmp_path):
    worker = worker_that()
    assert worker.hear("ready") == [{"event": "ready", "versions": {}}]
    for name in ("one", "two"):
        worker.say(request_of(name))
        assert worker.hear("done", "failed")[-1] == {"event": "done"}
        assert (tmp_path / f"{name}.npz").is_file()
    assert worker.end() == 0


def test_a_request_that_fails_is_answered_with_the_error_and_its_step_and_the_next_is_done(worker_that, request_of):
    worker = worker_that({"linear_regression": ("fails", 2)})
    worker.say(request_of())
    *progress, failed = worker.hear("done", "failed")
    assert failed == {"event": "failed", "message": f"RuntimeError: {MESSAGE} (at step 2)"}
    assert [each["step"] for each in progress if each["event"] == "progress"] == [0, 1, 2]
    worker.say(request_of(case="mlp_regression"))
    assert worker.hear("done", "failed")[-1] == {"event": "done"}


def test_a_framework_that_does_not_import_is_said_and_the_worker_ends_by_itself(worker_that):
    worker = worker_that("lacks the framework")
    [answer] = worker.hear()
    assert answer == {"event": "unavailable", "message": "ModuleNotFoundError: No module named 'torch'"}
    assert worker.process.wait(DEADLINE) == 0


def test_a_worker_ends_when_its_input_does_whatever_it_is_doing(worker_that, request_of, tmp_path):
    worker = worker_that("hangs")
    worker.say(request_of())
    wait_until(lambda: (tmp_path / "torch-stuck").exists())
    assert worker.end() == 0


def test_what_is_wrong_with_a_port_is_said_in_its_own_words():
    error = PortError("my_port.py, line 3, in batches(): KeyError")
    assert worker._failure(error, 0) == str(error)
    assert worker._failure(error, 7) == f"{error} (at step 7)"
