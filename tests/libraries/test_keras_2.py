"""A model of Keras 2, which Hugging Face's are in TensorFlow, is compared with PyTorch's as one of Keras 3 is.

The libraries are installed into an environment of the tests' own; where they cannot be, this is left out.
"""

from functools import partial

import numpy as np
import pytest

from compare import diff
from compare.traces.trace import Trace
from tests.libraries.environment import python_with, run_with
from tests.libraries.keras_2_fit_loop import EPOCHS, RATE, START, X, Y

LIBRARIES = ("tf_keras", "transformers<5")
KERAS_2 = {"TF_USE_LEGACY_KERAS": "1", "TRANSFORMERS_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return python_with(tmp_path_factory.mktemp("environment"), LIBRARIES)


@pytest.fixture(scope="module")
def run(python):
    return partial(run_with, python, "bert_loop", **KERAS_2)


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


def test_what_fit_of_keras_2_trains_is_recorded_step_by_step(python, tmp_path):
    run_with(python, "keras_2_fit_loop", tmp_path / "fit", **KERAS_2)
    weight, losses = START.astype(np.float64), []
    for x, y in zip(*(np.split(array.astype(np.float64), 4) * EPOCHS for array in (X, Y)), strict=True):
        apart = x @ weight - y
        losses.append((apart**2).mean())
        weight = weight - RATE * 2 * x.T @ apart / len(x)
    with Trace(tmp_path / "fit.npz") as trace:
        np.testing.assert_allclose(trace.curves["loss"], losses, rtol=1e-5)
