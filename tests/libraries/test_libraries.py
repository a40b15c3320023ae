"""Trainers of other libraries leave the trace that the same loop leaves when it is written out.

Each library is installed into an environment of the tests' own, above this one; where it cannot be, it is left out.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest

from compare.traces.trace import Trace

ROOT = Path(__file__).resolve().parents[2]
# How many batches may make a step of a library's own: one, or two as well. With accelerate the loop is the user's.
LIBRARIES = {"lightning": 2, "transformers": 2, "accelerate": 1}
SECONDS = 300


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """The Python of an environment that has the libraries, and sees everything that this one has."""
    directory = tmp_path_factory.mktemp("environment")
    venv.create(directory, with_pip=True)
    executable = directory / "bin" / "python"
    [packages] = directory.glob("lib/python*/site-packages")
    (packages / "above.pth").write_text(sysconfig.get_path("purelib"))
    command = [executable, "-m", "pip", "install", "-q", "--no-compile", *LIBRARIES]
    try:
        installed = subprocess.run(command, capture_output=True, timeout=SECONDS, text=True)
    except subprocess.TimeoutExpired:
        pytest.skip(f"the libraries were not installed within {SECONDS} seconds")
    if installed.returncode:
        pytest.skip(f"the libraries cannot be installed here: {installed.stderr.strip().splitlines()[-1]}")
    return executable


@pytest.fixture(scope="session")
def run(python):
    def script(name, *arguments):
        command = [python, "-m", f"tests.libraries.{name}", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"}
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=SECONDS)
        assert done.returncode == 0, done.stderr

    return script


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "trace"
    code = f"from tests.libraries.loop import plain; plain({str(path)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    return Trace(path.with_suffix(".npz"))


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_trainer_leaves_the_trace_of_a_plain_loop(run, plain, tmp_path, library):
    paths = [tmp_path / str(several) for several in range(LIBRARIES[library])]
    run(f"{library}_loop", *paths)
    for path in paths:
        with Trace(path.with_suffix(".npz")) as trace:
            agree(trace, plain)


def agree(trace, plain):
    np.testing.assert_allclose(trace.curves["loss"], plain.curves["loss"], rtol=1e-6)
    np.testing.assert_array_equal(trace.curves["learning_rate"], plain.curves["learning_rate"])
    names = {(step, stage, name.removeprefix("network.")): (step, stage, name) for step, stage, name in trace.keys}
    for key in plain.keys:
        if key[1] in ("gradient", "update", "weights", "state"):
            np.testing.assert_allclose(trace[names[key]], plain[key], rtol=1e-4, atol=1e-6, err_msg=str(key))
