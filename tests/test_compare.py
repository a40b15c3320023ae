"""What `import compare` gives: runs, ports and traces of one's own, with the options that are written there."""

import subprocess
import sys
from pathlib import Path

import pytest

import compare
from compare.judging.experiments import CaseExperiment, PortExperiment
from compare.reporting import experiments
from compare.running.options import Options
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.synthetic import from_step

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def asked(monkeypatch):
    """Every experiment that is to be run, with its options; none is."""
    calls = []
    monkeypatch.setattr(experiments, "run_experiment", lambda *given: calls.append(given) or "the result")
    return calls


def test_a_case_is_run_with_the_options_that_are_given(asked):
    options = {
        "precision": "float64",
        "nudged": False,
        "threads": 2,
        "timeout": 7,
        "torch_python": "a",
        "tf_python": "b",
    }
    assert compare.run("mlp_regression", epochs=1, seed=3, **options) == "the result"
    [(experiment, given)] = asked
    assert isinstance(experiment, CaseExperiment)
    assert (experiment.subject.name, experiment.subject.seed, experiment.subject.steps) == ("mlp_regression", 3, 32)
    assert given == Options(**options)


def test_a_port_is_run_on_a_hundred_batches_unless_another_number_is_given(asked):
    compare.run_port("my_port.py")
    compare.run_port("my_port.py", steps=5, seed=2)
    assert [experiment for experiment, _ in asked] == [
        PortExperiment(Path("my_port.py"), 0, 100),
        PortExperiment(Path("my_port.py"), 2, 5),
    ]
    assert asked[0][1] == Options(explain=True)


def test_why_a_port_parts_is_not_searched_where_that_is_not_wanted(asked):
    compare.run_port("my_port.py", explain=False)
    assert asked[0][1] == Options()


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"case": "no_such_case"}, LookupError, "no case is named 'no_such_case'"),
        ({"case": "mlp_regression", "steps": 0}, ValueError, "0 steps leave nothing to train"),
        ({"case": "mlp_regression", "precision": "float16"}, ValueError, "precision 'float16'"),
        ({"case": "cifar10_cnn", "data_dir": "no/such/directory"}, compare.DataError, "no/such/directory"),
    ],
)
def test_what_cannot_be_run_raises_what_the_docstring_says(asked, arguments, error, said):
    with pytest.raises(error, match=said):
        compare.run(**arguments)
    assert asked == []


def test_two_traces_are_compared_in_any_order(tmp_path):
    record(tmp_path / "torch.npz", Network(), batches(12))
    record(tmp_path / "tf.npz", Network("tf", fault=from_step(1, "gradient", 1.5)), batches(12))
    for names in (("torch", "tf"), ("tf", "torch")):
        result = compare.diff(*(tmp_path / name for name in names))
        assert (result.verdict, result.judgement.first_divergence.key[:2]) == ("diverged", (1, "gradient"))
    with pytest.raises(compare.TraceError, match="gone"):
        compare.diff(tmp_path / "torch", tmp_path / "gone")


@pytest.mark.parametrize("name", compare.__all__)
def test_every_name_that_is_promised_is_there(name):
    assert getattr(compare, name).__name__ == name


def test_a_name_that_is_not_there_is_said_to_be_missing():
    with pytest.raises(AttributeError, match="module 'compare' has no attribute 'no_such_name'"):
        compare.no_such_name  # noqa: B018 - to ask is what is tested


def test_importing_it_imports_nothing_else():
    code = "import sys, compare; print(*{'numpy', 'pandas', 'matplotlib'} & sys.modules.keys(), 'end')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["end"]
