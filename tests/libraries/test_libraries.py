"""Trainers of other libraries leave the trace that the same loop leaves when it is written out.

Each library is installed into an environment of the tests' own, above this one; where it cannot be, it is left out.
"""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from compare.traces.trace import Trace
from tests.libraries.environment import ROOT, python_with, run_with

# How many batches may make a step of a library's own: one, or two as well. With accelerate the loop is the user's.
LIBRARIES = {"lightning": 2, "transformers": 2, "accelerate": 1}


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    python = python_with(tmp_path_factory.mktemp("environment"), LIBRARIES)
    return partial(run_with, python)


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
