"""The autoencoder's case, and both sides' loss against NumPy in float64."""

from importlib import import_module

import numpy as np
import pytest

from compare.inputs.arrays import cast
from compare.inputs.case_inputs import make_inputs
from compare.inputs.cases.vae import CASE, LATENTS, SHAPES, discs

SIDES = ("torch_impl", "tf_impl")


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(CASE)


def test_an_image_is_a_disc_of_some_place_and_radius(inputs):
    images = inputs.data["x"]
    assert images.shape == (256, 64)
    assert 0 < images.min() < 0.01 < 0.99 < images.max() < 1
    # How bright an image is in all, is its area: pi r^2 of radii from 1.5 to 3.
    area = images.sum(1)
    assert 0.8 * np.pi * 1.5**2 < area.min() < 10 < 20 < area.max() < 1.2 * np.pi * 3**2
    # Its centre of brightness is where the disc was put, between the third and the sixth pixel.
    rows = images.reshape(-1, 8, 8).sum(2) @ np.arange(8) / area
    assert 2 < rows.min() < 2.5 < 4.5 < rows.max() < 5


def test_a_few_numbers_make_an_image():
    images = discs(np.random.default_rng(0), 256)
    variances = np.linalg.svd(images - images.mean(0), compute_uv=False) ** 2
    assert variances[:12].sum() > 0.95 * variances.sum()  # of 64 directions


def test_noise_is_standard_normal_and_another_at_each_step(inputs):
    noise = inputs.per_step["noise"]
    assert noise.shape == (48, 32, LATENTS)
    # Five standard errors of a mean and of a deviation.
    assert abs(noise.mean()) < 5 / np.sqrt(noise.size)
    assert abs(noise.std() - 1) < 5 / np.sqrt(2 * noise.size)
    assert len(np.unique(noise)) == noise.size


def test_held_out_images_are_others_with_noise_of_their_own(inputs):
    assert inputs.evaluation["x"].shape == (64, 64)
    assert inputs.evaluation["noise"].shape == (64, LATENTS)
    assert not np.isin(inputs.evaluation["x"], inputs.data["x"]).any()
    assert not np.isin(inputs.evaluation["noise"], inputs.per_step["noise"]).any()


def test_weights_are_glorot_uniform_and_biases_zero(inputs):
    assert list(inputs.weights) == [f"{layer}.{role}" for layer in SHAPES for role in ("weight", "bias")]
    for name, array in inputs.weights.items():
        limit = np.sqrt(6 / sum(array.shape)) if array.ndim == 2 else 0
        assert 0.8 * limit <= np.abs(array).max() <= limit, name


def parts(batch, weights):
    """Reconstruction and KL of a batch, pixel by pixel as probabilities."""

    def dense(x, layer):
        return x @ weights[f"{layer}.weight"].T + weights[f"{layer}.bias"]

    hidden = np.tanh(dense(batch["x"], "hidden"))
    mean, variance = dense(hidden, "mean"), np.exp(dense(hidden, "log_variance"))
    latent = mean + np.sqrt(variance) * batch["noise"]
    shares = 1 / (1 + np.exp(-dense(np.tanh(dense(latent, "unfold")), "pixels")))
    coins = batch["x"] * np.log(shares) + (1 - batch["x"]) * np.log(1 - shares)
    # KL(N(m, v) | N(0, 1)) = (v + m^2 - 1 - log v) / 2
    kl = (variance + mean**2 - 1 - np.log(variance)) / 2
    return {"reconstruction": -coins.sum(1).mean(), "kl": kl.sum(1).mean()}


@pytest.mark.parametrize("package", SIDES)
def test_the_loss_is_numpys_and_its_metrics_are_its_parts(package, inputs):
    weights = import_module(f"{package}.weights")
    side = import_module(f"{package}.models.vae").side(inputs.settings)
    batch = inputs.batch(0, "float64")
    tensors = weights.batch_from_canonical(cast(batch, "float64"), ())
    side.loss(side.model, tensors, training=False)  # Keras makes the weights that are to be set
    # Twice the initial weights, so that KL is not small.
    doubled = {name: 2 * array for name, array in inputs.weights.items()}
    weights.load_weights(side.model, doubled)
    loss, metrics = side.loss(side.model, tensors, training=True)
    number = import_module(f"{package}.weights.outputs").to_numpy
    expected = parts(batch, doubled)
    assert {name: float(number(value)) for name, value in metrics.items()} == pytest.approx(expected, rel=1e-13)
    assert float(number(loss)) == pytest.approx(sum(expected.values()), rel=1e-13)


@pytest.mark.parametrize("package", SIDES)
def test_the_divergence_of_the_standard_normal_distribution_from_itself_is_zero(package):
    weights, vae = import_module(f"{package}.weights"), import_module(f"{package}.models.vae")
    tensors = weights.batch_from_canonical({"mean": np.zeros((3, 2)), "log_variance": np.zeros((3, 2))}, ())
    assert float(vae.divergence(**tensors)) == 0
