"""What a user's editor sees of the public API: a type checker reads code that uses it, rightly and wrongly."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

REVEALED = {
    'compare.run("lstm", epochs=2)': "compare.reporting.result.Result",
    'compare.run_port("my_port.py", steps=5)': "compare.reporting.result.Result",
    'compare.diff("torch.npz", "tf.npz").verdict': "str",
    'compare.run("lstm").findings': "tuple[str, ...]",
    'compare.run("lstm").summary': "dict[str, Any]",
    'assert_equivalent("my_port.py", precision="float64")': "compare.reporting.result.Result",
}
WRONG = {
    'compare.run("lstm", epoch=2)': 'Unexpected keyword argument "epoch"',
    'compare.run("lstm", precision="float16")': 'expected "Literal[',
    'compare.run("lstm").verdicts': 'has no attribute "verdicts"',
    "compare.Resutl": 'has no attribute "Resutl"',
    'assert_equivalent("my_port.py", step=5)': 'Unexpected keyword argument "step"',
}


@pytest.fixture(scope="module")
def said():
    """What mypy says of each line."""
    lines = ["import compare", "from compare.testing import assert_equivalent"]
    lines += [*(f"reveal_type({expression})" for expression in REVEALED), *WRONG]
    options = ("--config-file=", "--follow-imports=silent", "--cache-dir=.mypy_cache/user")
    command = [sys.executable, "-m", "mypy", *options, "-c", "\n".join(lines)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = defaultdict(str)
    for number, message in re.findall(r"^<string>:(\d+): (.*)$", done.stdout, re.MULTILINE):
        found[lines[int(number) - 1]] += f"{message}\n"
    assert found, done.stdout + done.stderr
    return found


@pytest.mark.parametrize("expression", REVEALED)
def test_the_type_of_an_expression_is_known(said, expression):
    assert f'Revealed type is "{REVEALED[expression]}"' in said[f"reveal_type({expression})"]


@pytest.mark.parametrize("expression", WRONG)
def test_a_mistake_is_found_before_anything_runs(said, expression):
    assert WRONG[expression] in said[expression]


def test_nothing_else_is_said(said):
    assert set(said) == {*(f"reveal_type({expression})" for expression in REVEALED), *WRONG}
