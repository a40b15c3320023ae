"""The residual network is the network that it says it is: by NumPy, in training and in evaluation."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs

EPSILON, MOMENTUM = 1e-5, 0.1


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(cases.load("resnet"), seed=3)


def convolution(x, kernel, stride, padding):
    """(N, C, H, W) with zeros on every side, one window after the other."""
    size = kernel.shape[-1]
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    places = range(0, x.shape[-1] - size + 1, stride)
    windows = np.stack([[x[:, :, i : i + size, j : j + size] for j in places] for i in places])
    return np.einsum("ijncab,ocab->noij", windows, kernel)


class Network:
    """The formulas of the model, and what its batch norms keep."""

    def __init__(self, weights, training):
        self.weights, self.training, self.running = weights, training, {}

    def norm(self, x, name):
        if self.training:
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
            self.running[f"{name}.running_mean"] = MOMENTUM * mean
            self.running[f"{name}.running_var"] = 1 - MOMENTUM + MOMENTUM * x.var((0, 2, 3), ddof=1)
        else:
            mean, variance = np.zeros(x.shape[1]), np.ones(x.shape[1])
        scale, shift = (self.weights[f"{name}.{role}"][:, None, None] for role in ("weight", "bias"))
        return (x - mean[:, None, None]) / np.sqrt(variance + EPSILON)[:, None, None] * scale + shift

    def block(self, x, name, stride):
        y = convolution(x, self.weights[f"{name}.conv1.weight"], stride, 1)
        y = convolution(np.maximum(self.norm(y, f"{name}.bn1"), 0), self.weights[f"{name}.conv2.weight"], 1, 1)
        if stride > 1:
            x = self.norm(convolution(x, self.weights[f"{name}.conv3.weight"], stride, 0), f"{name}.bn3")
        return np.maximum(self.norm(y, f"{name}.bn2") + x, 0)

    def __call__(self, x):
        x = np.maximum(self.norm(convolution(x, self.weights["conv1.weight"], 1, 1), "bn1"), 0)
        x = self.block(self.block(x, "identity", 1), "projection", 2)
        return x.mean((2, 3)) @ self.weights["fc.weight"].T + self.weights["fc.bias"]


@pytest.fixture(params=["torch", "tf"])
def side(request, inputs):
    """A side with the weights of the inputs: what it computes from a canonical batch, and its running statistics."""
    if request.param == "torch":
        from torch_impl import weights
        from torch_impl.models import resnet
        from torch_impl.weights import layers
    else:
        from tf_impl import weights
        from tf_impl.models import resnet
        from tf_impl.weights import layers

    side = resnet.side(inputs.settings)
    batch = weights.batch_from_canonical(inputs.batch(0, "float64"), ("x",))
    side.loss(side.model, batch, training=False)  # Keras makes its weights here
    weights.load_weights(side.model, inputs.weights)
    return side, batch, weights, layers


def test_in_training_the_loss_and_the_running_statistics_are_those_of_the_formulas(side, inputs):
    side, batch, weights, layers = side
    canonical = inputs.batch(0, "float64")
    network = Network(inputs.weights, training=True)
    logits = network(canonical["x"])
    expected = np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(len(logits)), canonical["y"]])
    loss, metrics = side.loss(side.model, batch, training=True)
    assert layers.to_numpy(loss) == pytest.approx(expected, rel=1e-12)
    assert layers.to_numpy(metrics["accuracy"]) == np.mean(logits.argmax(1) == canonical["y"])
    running = {name: buffer.value() for name, buffer in weights.named_buffers(side.model).items()}
    assert set(running) == set(network.running)
    for name, value in network.running.items():
        np.testing.assert_allclose(running[name], value, rtol=1e-12, atol=1e-14, err_msg=name)


def test_in_evaluation_running_statistics_are_used_and_kept(side, inputs):
    side, batch, weights, layers = side
    canonical = inputs.batch(0, "float64")
    logits = Network(inputs.weights, training=False)(canonical["x"])
    expected = np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(len(logits)), canonical["y"]])
    loss, _ = side.loss(side.model, batch, training=False)
    assert layers.to_numpy(loss) == pytest.approx(expected, rel=1e-12)
    for name, buffer in weights.named_buffers(side.model).items():
        assert (buffer.value() == (0 if name.endswith("mean") else 1)).all(), name


def test_convolutions_start_kaiming_normal_by_fan_out_and_norms_as_the_identity(inputs):
    convolutions = {name.removesuffix(".weight") for name, array in inputs.weights.items() if array.ndim == 4}
    for name in convolutions:
        array = inputs.weights[f"{name}.weight"]
        deviation = np.sqrt(2 / (array.shape[0] * array.shape[2] * array.shape[3]))
        assert abs(array.std() / deviation - 1) < 5 / np.sqrt(2 * array.size), name
    norms = {name.rpartition(".")[0] for name in inputs.weights if ".bn" in f".{name}"}
    assert norms == {convolution.replace("conv", "bn") for convolution in convolutions}
    for group in norms:
        assert (inputs.weights[f"{group}.weight"] == 1).all()
        assert (inputs.weights[f"{group}.bias"] == 0).all()


def test_held_out_images_are_others_of_the_same_classes(inputs):
    seen, held_out = inputs.data, inputs.evaluation
    assert held_out["x"].shape == (64, 3, 8, 8)
    pixels = {name: images["x"].reshape(len(images["x"]), -1).astype(float) for name, images in
              (("seen", seen), ("held out", held_out))}  # fmt: skip
    assert not (pixels["held out"][:, None] == pixels["seen"]).all(2).any()
    means = np.stack([pixels["seen"][seen["y"] == label].mean(0) for label in range(10)])
    nearest = ((pixels["held out"][:, None] - means) ** 2).sum(2).argmin(1)
    assert np.mean(nearest == held_out["y"]) > 0.8


def test_the_schedule_ends_where_the_default_run_does(inputs):
    assert inputs.settings["total_steps"] == inputs.steps
    assert 0 < inputs.settings["warmup_steps"] < inputs.steps_per_epoch


def test_pixels_reach_the_model_centred(inputs):
    x = inputs.batch(0, "float64")["x"]
    np.testing.assert_allclose(x, (inputs.data["x"][inputs.order[0, :16]] / 255.0 - 0.5) / 0.25, rtol=1e-15)
