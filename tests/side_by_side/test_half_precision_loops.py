"""PyTorch's autocast to bfloat16 beside Keras' mixed_bfloat16: equivalent, and a real bug in one of them is found."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

import tf_impl
import torch_impl
from compare import diff
from compare.traces.trace import TraceError

STEPS, RATE = 30, 0.05
RNG = np.random.default_rng(0)
X = RNG.normal(size=(STEPS, 32, 8)).astype(np.float32)
Y = (X @ RNG.normal(size=(8, 3))).argmax(-1)


def torch_loop(path):
    torch.manual_seed(0)
    inner, outer = (torch.nn.Linear(*sizes, dtype=torch.float32) for sizes in ((8, 16), (16, 3)))
    model = torch.nn.Sequential(inner, torch.nn.ReLU(), outer)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    recorder = torch_impl.Recorder(path, model, optimizer)
    for x, y in zip(torch.from_numpy(X), torch.from_numpy(Y), strict=True):
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        recorder.step(loss, (x, y))
    recorder.close()


def tf_loop(path, start, rate=RATE, scale=1.0):
    """The port; with `scale`, its loss is scaled, and its gradients are not scaled back."""
    sizes = {"inner": (16, "relu"), "outer": (3,)}
    layers = [keras.layers.Dense(*size, dtype="mixed_bfloat16", name=name) for name, size in sizes.items()]
    model = keras.Sequential([keras.Input((8,)), *layers])
    optimizer = keras.optimizers.SGD(rate)
    tf_impl.start_from(model, start)
    recorder = tf_impl.Recorder(path, model, optimizer)
    for x, y in zip(tf.constant(X), tf.constant(Y), strict=True):
        with tf.GradientTape() as tape:
            logits = tf.cast(model(x, training=True), tf.float32)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
            scaled = scale * loss
        gradients = tape.gradient(scaled, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        recorder.step(loss, (x, y))
    recorder.close()


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """What the two loops come to, each recorded plain and nudged."""

    def judged(nudges=("", "bfloat16"), **bug):
        for nudge in nudges:
            monkeypatch.setenv("COMPARE_NUDGE", nudge)
            torch_loop(tmp_path / "torch")
            tf_loop(tmp_path / "tf", tmp_path / "torch", **bug)
        return diff(tmp_path / "torch", tmp_path / "tf")

    return judged


def test_they_are_equivalent_and_both_are_said_to_compute_in_bfloat16(judged):
    result = judged()
    assert result.verdict == "equivalent", result.findings
    assert result.findings == ("both sides compute in bfloat16, by whose rounding they are judged",)
    [computed] = [row for row in result.judgement.settings if row.setting == "compute dtype"]
    assert (computed.torch, computed.tf, computed.verdict) == (["bfloat16"], ["bfloat16"], "equal")


@pytest.mark.parametrize(("bug", "stage"), [({"rate": 2 * RATE}, "rate"), ({"scale": 16.0}, "gradient")])
def test_a_rate_or_a_scale_of_the_loss_that_is_wrong_is_found(judged, bug, stage):
    result = judged(**bug)
    assert result.verdict == "diverged"
    assert result.judgement.first_divergence.key[:2] == (0, stage)


def test_without_nudges_they_are_refused(judged):
    with pytest.raises(TraceError, match="COMPARE_NUDGE=bfloat16"):
        judged(nudges=("",))
