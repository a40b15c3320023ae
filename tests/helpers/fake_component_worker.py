"""A worker without a framework, whose components misbehave as their names say, on the side that is told to."""

import json
import os
import shlex
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from compare.running import worker
from compare.running.request import CheckComponent

OUTPUT = np.array([1.0, -2.0, 3.0])
LAST_WORDS = "Fatal: the last straw"
DEEDS = {
    "good": {"forward/output 0": OUTPUT, "gradient/input x": OUTPUT},
    "wrong": {"forward/output 0": OUTPUT, "gradient/input x": OUTPUT + np.array([0, 0, 3e-10])},
    "not_a_number": {"forward/output 0": OUTPUT * np.nan},
    "missing": {"forward/output 0": OUTPUT},
    "other_shape": {"forward/output 0": OUTPUT[:2], "gradient/input x": OUTPUT},
}


def python_that(directory: Path, misbehaves: bool) -> str:
    """A command that can be given as a side's Python; one that does not misbehave does everything well."""
    script = directory / f"python-{misbehaves}"
    command = f"{shlex.quote(sys.executable)} -m tests.helpers.fake_component_worker {json.dumps(misbehaves)}"
    script.write_text(f"#!/bin/sh\nexec {command}\n")
    script.chmod(0o755)
    return str(script)


def check(misbehaves: bool, request: CheckComponent) -> None:
    """Stands in for an Executor's work."""
    deed = request.key if misbehaves else "good"
    if deed == "raises":
        raise ValueError("no such\nthing")
    if deed == "exits":
        print(LAST_WORDS, file=sys.stderr, flush=True)
        os._exit(3)
    if deed == "hangs":
        time.sleep(3600)
    np.savez(request.output, **DEEDS[deed])


if __name__ == "__main__":
    orders = json.loads(sys.argv[1])
    runtime = SimpleNamespace(configure=lambda threads: None, versions=lambda: {})
    executor = SimpleNamespace(fulfil=lambda request, watch: check(orders, request))
    worker.serve(SimpleNamespace(runtime=runtime, prepare=None), threads=1, executor=executor)
