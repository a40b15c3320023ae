"""A model of Keras 2, which Hugging Face's are in TensorFlow, is compared with PyTorch's as one of Keras 3 is.

The libraries are installed into an environment of the tests' own; where they cannot be, this is left out.
"""

from functools import partial

import pytest

from compare import diff
from compare.traces.trace import Trace
from tests.libraries.environment import python_with, run_with

LIBRARIES = ("tf_keras", "transformers<5")
KERAS_2 = {"TF_USE_LEGACY_KERAS": "1", "TRANSFORMERS_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return partial(run_with, python_with(tmp_path_factory.mktemp("environment"), LIBRARIES), "bert_loop", **KERAS_2)


@pytest.fixture(scope="module")
def torch(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("torch") / "torch"
    run("torch", path)
    return path


def compared(run, torch, path, epsilon):
    run("tf", path, torch, epsilon)
    run("tf", path, torch, epsilon, COMPARE_NUDGE="1")
    return diff(torch, path)


def test_the_same_bert_is_equivalent_in_every_stage(run, torch, tmp_path):
    result = compared(run, torch, tmp_path / "tf", 1e-12)
    assert result.verdict == "equivalent", result.findings
    with Trace(tmp_path / "tf.npz") as trace:
        query = "bert.encoder.layer.0.attention.self_attention.query"
        shown = {
            (0, "forward", query),
            (0, "gradient", f"{query}.weight"),
            (0, "state", f"{query}.weight momentum_buffer"),
        }
        assert shown <= set(trace.keys)
    assert not any("did not show" in finding for finding in result.findings)


def test_another_epsilon_of_its_layer_norms_is_found_where_it_first_acts(run, torch, tmp_path):
    result = compared(run, torch, tmp_path / "tf", 1e-4)
    assert result.verdict == "diverged"
    assert "parts at step 0, forward, bert.embeddings.LayerNorm" in result.findings[0]
