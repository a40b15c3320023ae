"""A component that raises, crashes, hangs or differs costs its own row and no other."""

import pytest

from compare.components.run_components import run_components
from compare.components.spec import Spec, normal
from compare.running.options import Options
from tests.helpers.fake_component_worker import LAST_WORDS, python_that

TIMEOUT = 4  # seconds; a worker's start counts as silence
SPEC = Spec(x=normal(3))


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The rows of components that misbehave on the TensorFlow side, a good one between any two."""
    directory = tmp_path_factory.mktemp("fakes")
    pythons = {"torch_python": python_that(directory, False), "tf_python": python_that(directory, True)}
    names = ("raises", "exits", "hangs", "wrong", "not_a_number", "missing", "other_shape", "good")
    chosen = dict.fromkeys(names, ("activations", SPEC))
    return {row.key: row for row in run_components(chosen, Options(timeout=TIMEOUT, **pythons))}


@pytest.mark.parametrize(
    ("name", "verdict", "words"),
    [
        ("good", "equal", [""]),
        ("raises", "error", ["tf: ValueError: no such thing"]),
        ("exits", "error", ["tf: the worker ended with exit status 3", LAST_WORDS]),
        ("hangs", "error", ["tf: the worker was silent for 4 s"]),
        ("wrong", "differs", ["gradient input x: gap 1.0e-10", "torch 3, tf 3.0000000003"]),
        ("not_a_number", "differs", ["forward output 0: not finite", "tf nan", "gradient input x: missing in tf"]),
        ("missing", "differs", ["gradient input x: missing in tf"]),
        ("other_shape", "differs", ["forward output 0: shape torch 3, tf 2"]),
    ],
)
def test_a_component_costs_its_own_row_and_no_other(rows, name, verdict, words):
    assert rows[name].verdict == verdict
    for part in words:
        assert part in rows[name].why
