"""The diffusion model's case, and both sides' network and average against NumPy in float64."""

from importlib import import_module

import numpy as np
import pytest

from compare.inputs.arrays import cast
from compare.inputs.case_inputs import make_inputs
from compare.inputs.cases.ddpm import CASE, TIMESTEPS, gratings

SIDES = ("torch_impl", "tf_impl")


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(CASE)


def built(package, inputs, weights=None):
    """A side with the case's weights, and its first batch in its tensors."""
    library = import_module(f"{package}.weights")
    side = import_module(f"{package}.models.ddpm").side(inputs.settings)
    library.load_weights(side.model, weights or inputs.weights)
    batch = cast(inputs.batch(0, "float64"), "float64")
    return side, library.batch_from_canonical(batch, CASE.channels_first)


def number(package, scalar):
    return float(import_module(f"{package}.weights.outputs").to_numpy(scalar))


def test_a_grating_is_a_wave_with_one_direction(inputs):
    images = inputs.data["x"]
    assert images.shape == (128, 1, 8, 8)
    assert -1 <= images.min() < -0.99 < 0.99 < images.max() <= 1
    # cos(a + d) + cos(a - d) = 2 cos(d) cos(a): a pixel and its two neighbours of a row are bound to each other.
    inner, outer = images[..., 1:-1], images[..., 2:] + images[..., :-2]
    ratios = (inner * outer).sum((1, 2, 3)) / (inner**2).sum((1, 2, 3))
    assert np.allclose(outer, ratios[:, None, None, None] * inner)
    assert ratios.std() > 0.1  # and differently in different images
    assert not np.array_equal(gratings(np.random.default_rng(1), 2)[0], gratings(np.random.default_rng(1), 2)[1])


def test_each_image_has_its_timestep_and_noise_at_each_step(inputs):
    times, noise = inputs.per_step["times"], inputs.per_step["noise"]
    assert (times.shape, times.dtype) == ((40, 16), np.int64)
    assert set(np.unique(times)) == set(range(TIMESTEPS))
    assert noise.shape == (40, 16, 1, 8, 8)
    # Five standard errors of a mean and of a deviation.
    assert abs(noise.mean()) < 5 / np.sqrt(noise.size)
    assert abs(noise.std() - 1) < 5 / np.sqrt(2 * noise.size)
    assert not np.isin(inputs.evaluation["noise"], noise).any()


def test_the_average_begins_as_the_denoiser(inputs):
    names = [name.removeprefix("denoiser.") for name in inputs.weights if name.startswith("denoiser.")]
    assert list(inputs.weights) == [f"{part}.{name}" for part in ("denoiser", "average") for name in names]
    for name in names:
        assert np.array_equal(inputs.weights[f"denoiser.{name}"], inputs.weights[f"average.{name}"])


def test_the_last_timestep_leaves_next_to_nothing_of_the_image_and_the_first_nearly_all(inputs):
    shares = signal_shares()
    assert 0.99 < shares[0] < 1
    assert 0 < shares[-1] < 0.01


def signal_shares():
    rates = [1e-3 + (0.2 - 1e-3) * step / (TIMESTEPS - 1) for step in range(TIMESTEPS)]
    return np.array([np.prod([1 - rate for rate in rates[: step + 1]]) for step in range(TIMESTEPS)])


@pytest.mark.parametrize("package", SIDES)
def test_the_shares_of_the_signal_are_products_in_float64(package, inputs):
    to_numpy = import_module(f"{package}.weights.outputs").to_numpy
    shares = to_numpy(import_module(f"{package}.models.ddpm").signal_shares(inputs.settings))
    assert shares.dtype == np.float64
    assert shares == pytest.approx(signal_shares(), rel=1e-13)


def waves(times, width=16):
    """PyTorch's and the paper's order: all sines, then all cosines."""
    angles = [[time / 1e4 ** (index / (width // 2)) for index in range(width // 2)] for time in times]
    return np.concatenate((np.sin(angles), np.cos(angles)), 1)


def convolve(x, weights, layer, stride=1):
    """A convolution of (N, C, H, W), padded by 1 on every side, as sums over windows."""
    kernel, bias = weights[f"{layer}.weight"], weights[f"{layer}.bias"]
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,ocij->nohw", windows, kernel) + bias[:, None, None]


def group_norm(x, weights, layer, groups=4):
    grouped = x.reshape(len(x), groups, -1)
    centred = grouped - grouped.mean(2, keepdims=True)
    normed = (centred / np.sqrt((centred**2).mean(2, keepdims=True) + 1e-5)).reshape(x.shape)
    return normed * weights[f"{layer}.weight"][:, None, None] + weights[f"{layer}.bias"][:, None, None]


def silu(x):
    return x / (1 + np.exp(-x))


def denoise(x, times, weights):
    time = waves(times) @ weights["time.weight"].T + weights["time.bias"]
    fine = convolve(x, weights, "enter")
    fine = fine + convolve(silu(group_norm(fine, weights, "norm1")), weights, "conv1")
    coarse = convolve(fine, weights, "down", stride=2)
    coarse = coarse + convolve(silu(group_norm(coarse, weights, "norm2") + time[:, :, None, None]), weights, "conv2")
    joined = np.concatenate((coarse.repeat(2, axis=2).repeat(2, axis=3), fine), 1)
    return convolve(silu(group_norm(convolve(joined, weights, "conv3"), weights, "norm3")), weights, "leave")


def expected_loss(inputs, weights, part):
    batch = inputs.batch(0, "float64")
    share = signal_shares()[batch["times"]][:, None, None, None]
    noisy = np.sqrt(share) * batch["x"] + np.sqrt(1 - share) * batch["noise"]
    own = {name.removeprefix(f"{part}."): array for name, array in weights.items() if name.startswith(part)}
    return np.mean((denoise(noisy, batch["times"], own) - batch["noise"]) ** 2)


@pytest.mark.parametrize("package", SIDES)
def test_the_denoisers_loss_trains_and_the_averages_is_evaluated(package, inputs):
    generator = np.random.default_rng(0)
    moved = {name: array + 0.1 * generator.standard_normal(array.shape) for name, array in inputs.weights.items()}
    side, batch = built(package, inputs, moved)
    trained = number(package, side.loss(side.model, batch, training=True)[0])
    assert trained == pytest.approx(expected_loss(inputs, moved, "denoiser"), rel=1e-12)
    evaluated = number(package, import_module(f"{package}.train").evaluate(side, batch))
    assert evaluated == pytest.approx(expected_loss(inputs, moved, "average"), rel=1e-12)
    assert abs(trained - evaluated) > 1e-3


@pytest.mark.parametrize("package", SIDES)
def test_a_step_moves_the_average_by_a_tenth_of_the_way_to_the_new_weights(package, inputs):
    side, batch = built(package, inputs)
    side.step(side, batch)
    left = import_module(f"{package}.weights").named_parameters(side.model)
    for name, old in inputs.weights.items():
        if name.startswith("average."):
            new = left[name.replace("average.", "denoiser.")].value()
            assert np.abs(new - old).max() > 1e-4, name
            assert left[name].value() == pytest.approx(0.9 * old + 0.1 * new, rel=1e-13, abs=1e-17), name
