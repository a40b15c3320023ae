"""The GAN: its images and noise, and one step of both sides against NumPy."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from tests.cases.one_side import PACKAGES, ready

SLOPE, EPSILON, MOMENTUM = 0.2, 1e-5, 0.1


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(cases.load("dcgan"))


def convolve(x, weight, stride=1, padding=0):
    """x (N, in, H, W), weight (out, in, 4, 4)."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), (2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nihwrc,oirc->nohw", windows, weight)


def convolve_transposed(x, weight, stride=1, padding=0):
    """x (N, in, H, W), weight (in, out, 4, 4): each value spreads over 4x4 of the output, then the edge is cropped."""
    size = (x.shape[2] - 1) * stride + 4
    spread = np.zeros((len(x), weight.shape[1], size, size))
    for row in range(x.shape[2]):
        for column in range(x.shape[3]):
            patch = np.einsum("ni,iorc->norc", x[:, :, row, column], weight)
            spread[:, :, row * stride : row * stride + 4, column * stride : column * stride + 4] += patch
    return spread[:, :, padding : size - padding, padding : size - padding]


def normalise(x, weights, name, training=True):
    """By the batch, which moves the running statistics in `weights`; in evaluation by these, as they are."""
    if training:
        mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
        for entry, new in (("running_mean", mean), ("running_var", x.var((0, 2, 3), ddof=1))):
            weights[f"{name}.{entry}"] = (1 - MOMENTUM) * weights[f"{name}.{entry}"] + MOMENTUM * new
    else:
        mean, variance = weights[f"{name}.running_mean"], weights[f"{name}.running_var"]
    scale = weights[f"{name}.weight"] / np.sqrt(variance + EPSILON)
    return (x - mean[:, None, None]) * scale[:, None, None] + weights[f"{name}.bias"][:, None, None]


def leaky(x):
    return np.where(x > 0, x, SLOPE * x)


def generate(noise, weights, training=True):
    x = convolve_transposed(noise, weights["generator.up1.weight"])
    x = np.maximum(normalise(x, weights, "generator.norm1", training), 0)
    x = convolve_transposed(x, weights["generator.up2.weight"], 2, 1)
    x = np.maximum(normalise(x, weights, "generator.norm2", training), 0)
    return np.tanh(convolve_transposed(x, weights["generator.up3.weight"], 2, 1))


def discriminate(images, weights, training=True):
    x = leaky(convolve(images, weights["discriminator.conv1.weight"], 2, 1))
    x = convolve(x, weights["discriminator.conv2.weight"], 2, 1)
    x = leaky(normalise(x, weights, "discriminator.norm2", training))
    return convolve(x, weights["discriminator.conv3.weight"])


def test_every_image_is_a_white_blob_inside_a_black_square(inputs):
    x = inputs.data["x"]
    assert x.shape == (96, 1, 16, 16)
    assert -1 <= x.min() < -0.99
    # The centre is within half a pixel of some pixel, both ways, and the narrowest blob has a width of 1.5.
    brightest = x.max((1, 2, 3))
    assert (brightest <= 1).all()
    assert (brightest >= 2 * np.exp(-0.5 / (2 * 1.5**2)) - 1).all()
    row, column = np.divmod(x.reshape(96, -1).argmax(1), 16)
    assert set(range(5, 11)) <= set(row) <= set(range(4, 12))
    assert set(range(5, 11)) <= set(column) <= set(range(4, 12))


def test_weights_are_drawn_as_the_paper_says(inputs):
    convolutions = {name: array for name, array in inputs.weights.items() if array.ndim == 4}
    assert len(convolutions) == 6
    for name, array in inputs.weights.items():
        mean, deviation = (0, 0.02) if name in convolutions else (1, 0.02) if name.endswith(".weight") else (0, 0)
        # Five standard errors of a mean and of a deviation.
        assert abs(array.mean() - mean) <= 5 * deviation / np.sqrt(array.size), name
        assert abs(array.std() - deviation) <= 5 * deviation / np.sqrt(2 * array.size), name


def test_no_convolution_has_a_bias_for_a_batch_norm_would_take_it_away(inputs):
    assert {name for name in inputs.weights if name.endswith(".bias")} == {
        "generator.norm1.bias", "generator.norm2.bias", "discriminator.norm2.bias",
    }  # fmt: skip


def test_every_step_and_each_network_has_standard_normal_noise_of_its_own(inputs):
    noise = np.stack([inputs.per_step["noise"], inputs.per_step["generator_noise"]])
    assert noise.shape == (2, 36, 16, 16, 1, 1)
    assert len(np.unique(noise)) == noise.size
    assert abs(noise.mean()) < 5 / np.sqrt(noise.size)
    assert abs(noise.std() - 1) < 5 / np.sqrt(2 * noise.size)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_step_is_that_of_the_formulas(package):
    """The losses, and the running statistics after two passes of the generator and three of the discriminator."""
    with ready(package, "dcgan") as one:
        expected, batch = one.weights(), one.inputs.batch(0, "float64")
        loss, metrics = one.step(one.side, one.batch)
        found = one.weights()
    fakes = generate(batch["noise"], expected)
    real, fake = discriminate(batch["x"], expected), discriminate(fakes, expected)
    np.testing.assert_allclose(float(loss), np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean(), rtol=1e-12)
    # The generator's loss is under the discriminator just updated; its own weights are those of before.
    fakes = generate(batch["generator_noise"], expected)
    expected |= {name: found[name] for name in expected if name.startswith("discriminator") and "running" not in name}
    deceived = discriminate(fakes, expected)
    np.testing.assert_allclose(float(metrics["generator_loss"]), np.log1p(np.exp(-deceived)).mean(), rtol=1e-12)
    for name in (name for name in expected if "running" in name):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-11, atol=1e-15, err_msg=name)


@pytest.mark.parametrize("package", PACKAGES)
def test_in_evaluation_both_networks_use_their_running_statistics_and_keep_them(package):
    with ready(package, "dcgan") as one:
        one.step(one.side, one.batch)
        moved, batch = one.weights(), one.inputs.batch(0, "float64")
        loss = one.number(one.framework.train.evaluate(one.side, one.batch))
        kept = one.weights()
    fakes = generate(batch["noise"], moved, training=False)
    real, fake = (discriminate(images, moved, training=False) for images in (batch["x"], fakes))
    np.testing.assert_allclose(loss, np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean(), rtol=1e-12)
    for name, value in moved.items():
        np.testing.assert_array_equal(kept[name], value, err_msg=name)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_first_step_of_adam_moves_each_network_against_its_own_loss(package):
    """The discriminator's weights move, and once only: Adam's first update is the rate, less where epsilon shows."""
    with ready(package, "dcgan") as one:
        before = one.weights()
        one.step(one.side, one.batch)
        after = one.weights()
    for name in one.inputs.weights:
        moved = np.abs(after[name] - before[name])
        assert 0 < moved.max() <= 2e-4 * (1 + 1e-9), name


def test_a_keras_model_that_only_holds_others_is_built_as_soon_as_they_are():
    """Nobody calls the GAN itself, so that Keras never says of it that it is built."""
    import tensorflow as tf

    from tf_impl.models.dcgan import Dcgan
    from tf_impl.weights.layers import is_built

    model = Dcgan(SLOPE, {"momentum": MOMENTUM, "epsilon": EPSILON})
    images = model.generator(tf.zeros((1, 1, 1, 16)))
    assert not is_built(model)
    model.discriminator(images)
    assert is_built(model)
    assert not model.built
