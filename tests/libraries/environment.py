"""An environment of the tests' own, above this one, with libraries that the project does not need."""

import os
import subprocess
import sysconfig
import venv
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300


def python_with(directory, libraries):
    """The Python of an environment that has the libraries, and sees everything that this one has."""
    venv.create(directory, with_pip=True)
    executable = directory / "bin" / "python"
    [packages] = directory.glob("lib/python*/site-packages")
    (packages / "above.pth").write_text(sysconfig.get_path("purelib"))
    above = [f"{framework}=={version(framework)}" for framework in ("torch", "tensorflow", "keras", "numpy")]
    command = [executable, "-m", "pip", "install", "-q", "--no-compile", *libraries, *above]  # never another of these
    try:
        installed = subprocess.run(command, capture_output=True, timeout=SECONDS, text=True)
    except subprocess.TimeoutExpired:
        pytest.skip(f"the libraries were not installed within {SECONDS} seconds")
    if installed.returncode:
        pytest.skip(f"the libraries cannot be installed here: {installed.stderr.strip().splitlines()[-1]}")
    return executable


def run_with(python, name, *arguments, **variables):
    """Run `python -m tests.libraries.NAME` in it."""
    command = [python, "-m", f"tests.libraries.{name}", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false", **variables}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
