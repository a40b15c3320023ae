"""A side that cannot begin at all is named with the Python that lacks it and what installs it."""

import subprocess
import sys

import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs, write_inputs
from compare.running import process as workers
from compare.running.pool import Pool
from compare.running.process import FrameworkUnavailableError
from compare.running.request import DrawBatches, RequestFailedError, TrainCase, Training
from tests.helpers.fake_worker import LAST_WORDS, python_that
from tests.helpers.processes import DEADLINE


def trouble(directory, **pythons):
    """What is said when one request goes to the side whose Python is named; the other side is a fake that is well."""
    write_inputs(make_inputs(cases.load("linear_regression"), steps=2), directory / "inputs.npz")
    request = TrainCase(str(directory / "trace.npz"), str(directory / "inputs.npz"), Training("float64"))
    [side] = pythons
    other = "tf" if side == "torch" else "torch"
    try:
        with Pool(directory, {**pythons, other: python_that(directory, other)}) as workers:
            workers.fulfil([(side, request)])
    except FrameworkUnavailableError as error:
        return str(error)
    pytest.fail("the side began")


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("lacks the framework", "No module named 'torch'"),
        ("exits while importing", LAST_WORDS),
        ("is killed while importing", "SIGKILL"),
    ],
)
def test_a_framework_that_does_not_import_is_named_with_what_installs_it(tmp_path, deed, said):
    message = trouble(tmp_path, torch=python_that(tmp_path, "torch", deed))
    assert said in message
    assert f"{tmp_path}/python-torch -m pip install" in message
    assert "--torch-python" in message


def test_a_python_without_numpy_is_told_to_install_numpy_too(tmp_path):
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')  # -S: no site-packages
    bare.chmod(0o755)
    assert subprocess.run([bare, "-c", "import numpy"], capture_output=True).returncode, "the test needs none"
    message = trouble(tmp_path, tf=str(bare))
    assert "No module named 'numpy'" in message
    assert f"{bare} -m pip install numpy tensorflow" in message


@pytest.fixture
def started(monkeypatch):
    """Every process that is started from here on."""
    processes = []
    popen = subprocess.Popen

    def start(*arguments, **options):
        processes.append(popen(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    yield processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize("python", ["no/such/python", "."])
def test_a_python_that_cannot_be_started_leaves_the_other_side_none(tmp_path, started, python):
    message = trouble(tmp_path, tf=python)
    assert message.startswith(f"{python} cannot be started")
    assert "--tf-python" in message
    assert len(started) == 1
    assert started[0].poll() is not None, "the other side's worker lives on"


# Small things


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ('{"event": "done"}\n', {"event": "done"}),
        ('{"step": 3}\n', None),
        ("[1, 2]\n", None),
        ("42\n", None),
        ("Activating the environment ...\n", None),
        ("\n", None),
    ],
)
def test_a_line_that_is_no_event_is_passed_over(line, event):
    assert workers._event(line) == event


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "ended with exit status 0"),
        (3, "ended with exit status 3"),
        (-9, "was killed by SIGKILL (out of memory?)"),
        (-11, "was killed by SIGSEGV"),
        (-35, "was killed by signal 35"),
    ],
)
def test_how_a_process_ended_is_said_by_its_exit_status(code, said):
    assert workers._how(code) == said


def test_a_process_that_was_closed_starts_no_other(tmp_path):
    python = python_that(tmp_path, "torch")
    closed = workers.WorkerProcess("torch", python, 1, DEADLINE, 1, tmp_path / "torch.log")
    closed.close()
    closed.close()
    with pytest.raises(RequestFailedError, match="torch: it was closed"):
        closed.fulfil(DrawBatches("out", "my_port.py", 0, 1), lambda step: None)


@pytest.mark.parametrize("of_the_user", [None, "4096"])
def test_a_worker_keeps_the_memory_that_it_frees_unless_the_user_says_otherwise(tmp_path, monkeypatch, of_the_user):
    name = "MALLOC_MMAP_THRESHOLD_"
    monkeypatch.delenv(name, raising=False)
    if of_the_user:
        monkeypatch.setenv(name, of_the_user)
    told = tmp_path / "told"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "${name}" > {told}.part && mv {told}.part {told}\n')
    python.chmod(0o755)
    worker = workers.WorkerProcess("torch", str(python), 1, DEADLINE, 1, tmp_path / "torch.log")
    with pytest.raises(FrameworkUnavailableError):
        worker.fulfil(DrawBatches("out", "my_port.py", 0, 1), lambda step: None)
    assert told.read_text().strip() == (of_the_user or workers.KEEPING_MEMORY[name])


@pytest.mark.parametrize(("deed", "count"), [("warns", 1), ("warns while importing", 0)])
def test_what_a_worker_warns_of_in_a_run_is_told_at_its_end(tmp_path, deed, count):
    write_inputs(make_inputs(cases.load("linear_regression"), steps=2), tmp_path / "inputs.npz")
    request = TrainCase(str(tmp_path / "trace.npz"), str(tmp_path / "inputs.npz"), Training("float64"))
    told = []
    pythons = {"torch": python_that(tmp_path, "torch", deed), "tf": python_that(tmp_path, "tf")}
    with Pool(tmp_path, pythons) as pool:
        pool.fulfil([("torch", request)], lambda progress: told.append(progress))
    assert told[-1].done
    assert len(told[-1].warnings) == count
