"""A loop starts from PyTorch's weights in whatever layout its own layers keep them; other shapes are refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

import tf_impl
import torch_impl
from compare import diff
from compare.traces.pairing import PairingError
from compare.traces.trace import Trace

X = np.random.default_rng(0).normal(size=(5, 8, 6))


def torch_loop(path, bias=True):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(6, 6), torch.nn.Tanh(), torch.nn.Linear(6, 4, bias=bias))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder = torch_impl.Recorder(path, model, optimizer)
    for x in torch.from_numpy(X):
        optimizer.zero_grad()
        loss = (model(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        recorder.step(loss, (x,))
    recorder.close()
    return model


class Own(keras.Layer):
    """A kernel (in, out), as Keras keeps it, or (out, in)."""

    def __init__(self, out, transposed=False):
        super().__init__()
        self.out, self.transposed = out, transposed

    def build(self, shape):
        size = (shape[-1], self.out)
        self.kernel = self.add_weight(shape=size[::-1] if self.transposed else size, name="kernel")
        self.bias = self.add_weight(shape=(self.out,), name="bias", initializer="ones")

    def call(self, x):
        return tf.matmul(x, self.kernel, transpose_b=self.transposed) + self.bias


def own_model(**second):
    return keras.Sequential([keras.Input((6,)), Own(6), keras.layers.Activation("tanh"), Own(4, **second)])


def test_kernels_of_the_users_own_are_carried_over_in_the_layout_that_fits(tmp_path):
    trained = torch_loop(tmp_path / "torch")
    model = own_model()
    tf_impl.start_from(model, tmp_path / "torch")
    optimizer = keras.optimizers.SGD(0.1)
    recorder = tf_impl.Recorder(tmp_path / "tf", model, optimizer)
    for x in tf.constant(X):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(x) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.weights), model.weights, strict=True))
        recorder.step(loss, (x,))
    recorder.close()
    for layer, own in ((trained[0], model.layers[0]), (trained[2], model.layers[2])):
        np.testing.assert_allclose(own.kernel.numpy(), layer.weight.detach().numpy().T, atol=1e-5)
    result = diff(tmp_path / "torch", tmp_path / "tf")
    assert result.verdict == "equivalent", result.findings
    assert any("kernel is 0.weight.T" in finding for finding in result.findings)


def test_a_kernel_that_lies_as_torchs_is_not_turned(tmp_path):
    torch_loop(tmp_path / "torch")
    with Trace(tmp_path / "torch.npz") as trace:
        first = trace[0, "weights", "2.weight"]
    model = own_model(transposed=True)
    tf_impl.start_from(model, tmp_path / "torch")
    np.testing.assert_array_equal(model.layers[2].kernel.numpy(), first)


def test_a_bias_that_torch_lacks_becomes_zero(tmp_path):
    torch_loop(tmp_path / "torch", bias=False)
    model = keras.Sequential([
        keras.Input((6,)), keras.layers.Dense(6), keras.layers.Dense(4, bias_initializer="ones"),
    ])  # fmt: skip
    tf_impl.start_from(model, tmp_path / "torch")
    assert not model.layers[1].bias.numpy().any()


def test_a_shape_that_differs_is_refused_with_both(tmp_path):
    torch_loop(tmp_path / "torch")
    model = own_model()
    pairs = {f"{model.layers[2].name}.kernel": "2.weight"}
    with pytest.raises(PairingError, match=r"kernel' \(6x4\) with '2.weight' \(4x6\).*'2.weight.T' would fit"):
        tf_impl.start_from(model, tmp_path / "torch", pairs=pairs)
