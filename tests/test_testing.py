"""A port is a test: it passes when the two sides are equivalent, and else fails with the finding."""

import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from compare import testing
from compare.judging.causes.cause import Cause
from compare.judging.judgement import Judgement
from compare.testing import assert_equivalent
from tests.helpers.fake_port_worker import PORT, python_that

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = "compare.pytest_plugin"


@pytest.fixture
def came_to(monkeypatch):
    """Lets every port come to this verdict; what was asked for."""

    def come_to(verdict, *findings, judgement=None):
        asked = []
        warnings = ("torch: shapes broadcast",)
        result = SimpleNamespace(verdict=verdict, findings=findings, warnings=warnings, judgement=judgement)
        monkeypatch.setattr(testing, "run_port", lambda port, **options: asked.append((port, options)) or result)
        return result, asked

    return come_to


def test_an_equivalent_port_passes_and_its_result_is_returned(came_to):
    result, asked = came_to("equivalent", "a leak")
    assert assert_equivalent("my_port.py") is result
    assert asked == [("my_port.py", {})]


def test_options_are_those_of_a_run(came_to):
    _, asked = came_to("equivalent")
    assert_equivalent(Path("my_port.py"), steps=7, seed=3, precision="float64", tf_python="python3")
    assert asked == [(Path("my_port.py"), {"steps": 7, "seed": 3, "precision": "float64", "tf_python": "python3"})]


@pytest.mark.parametrize("verdict", ["diverged", "not decreasing", "error"])
def test_any_other_verdict_fails_with_every_finding(came_to, verdict):
    came_to(verdict, "parts at step 0, rate", "too short")
    with pytest.raises(AssertionError) as caught:
        assert_equivalent("my_port.py")
    assert (
        str(caught.value)
        == f"my_port.py: {verdict}\n- parts at step 0, rate\n- too short\n- warning, torch: shapes broadcast"
    )


def test_the_failure_says_why_with_the_lines_to_change(came_to):
    cause = Cause("the loss", "takes a sum", "/port.py", 3, "sum(x)", "mean(x)", 1.0, 0.0, True, True)
    came_to("diverged", "parts", judgement=Judgement("diverged", (), {}, None, causes=(cause,)))
    with pytest.raises(
        AssertionError, match=r"- parts\n- why:\n  1\. port\.py:3, the loss: tf takes a sum\n     - sum"
    ):
        assert_equivalent("my_port.py")


TEST = """
def test_{name}(parity):
    parity("{name}.py", precision="float64", nudged=False, torch_python={torch!r}, tf_python={tf!r})
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What pytest says of users' tests, which ask for the parity of a port beside them or where it is started."""
    started = tmp_path_factory.mktemp("started")
    ports = {
        "right": (PORT, 1.0),
        "wrong": (PORT, 0.5),
        "broken": ("import no_such_module\n", 1.0),
        "here": (PORT, 1.0),
    }
    for name, (port, rate) in ports.items():
        below = started / "their" / name
        below.mkdir(parents=True)
        sides = {"torch": python_that(below, "torch"), "tf": python_that(below, "tf", rate=rate)}
        (below / f"test_{name}.py").write_text(TEST.format(name=name, **sides))
        (started if name == "here" else below).joinpath(f"{name}.py").write_text(port)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "their"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=started, env=environment, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def test_the_fixture_finds_a_port_beside_the_test_wherever_pytest_is_started(said):
    assert "test_right PASSED" in said, said


def test_a_port_may_stand_where_pytest_was_started(said):
    assert "test_here PASSED" in said, said


def test_a_failure_shows_the_finding_and_nothing_of_the_harness(said):
    assert "test_wrong FAILED" in said, said
    assert "wrong.py: diverged" in said
    assert "parts at step 1, rate, learning_rate" in said
    for file in ("pytest_plugin.py", "testing.py", "runner.py"):
        assert file not in said


def test_a_port_that_is_broken_fails_with_its_line(said):
    assert "broken.py: error" in said, said
    assert "broken.py, line 1, while it was imported: ModuleNotFoundError" in said


def test_pytest_finds_the_fixture_by_its_entry_point():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert PLUGIN in project["entry-points"]["pytest11"].values()


def test_a_session_that_does_not_ask_for_parity_imports_nothing_for_it():
    script = (
        f"import {PLUGIN}, sys; "
        "print([name for name in ('numpy', 'pandas', 'compare.reporting.experiments') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
