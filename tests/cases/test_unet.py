"""The U-Net: its images and masks, and the loss of both sides against NumPy."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from tests.cases.one_side import PACKAGES, ready


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(cases.load("unet"))


def test_a_mask_is_one_disc_or_one_rectangle(inputs):
    y = inputs.data["y"]
    assert y.shape == (72, 16, 16)
    for mask in y:
        [kind] = set(np.unique(mask)) - {0}
        rows, columns = (np.flatnonzero((mask > 0).any(axis)) for axis in (1, 0))
        box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        # A rectangle fills the box around it; a disc leaves corners empty, and its widest lines reach across.
        assert (box > 0).all() == (kind == 2)
        assert box.all(0).any()
        assert box.all(1).any()


def test_both_kinds_come_and_most_pixels_are_background(inputs):
    counts = np.bincount(inputs.data["y"].ravel(), minlength=3) / inputs.data["y"].size
    assert 0.7 < counts[0] < 0.9
    assert min(counts[1:]) > 0.05


def test_an_image_is_bright_where_its_mask_is_but_for_the_noise(inputs):
    x, y = inputs.data["x"], inputs.data["y"]
    assert x.shape == (72, 1, 16, 16)
    noise = (x[:, 0] - (y > 0)) / 0.3
    # Five standard errors of a mean and of a deviation.
    assert abs(noise.mean()) < 5 / np.sqrt(noise.size)
    assert abs(noise.std() - 1) < 5 / np.sqrt(2 * noise.size)


def test_brightness_alone_does_not_tell_a_disc_from_a_rectangle(inputs):
    """What the network has to learn is shape: pixels of both kinds have the same mean."""
    x, y = inputs.data["x"][:, 0], inputs.data["y"]
    disc, rectangle = x[y == 1], x[y == 2]
    assert abs(disc.mean() - rectangle.mean()) < 5 * 0.3 * np.sqrt(1 / disc.size + 1 / rectangle.size)


def convolve(x, weights, name):
    """x (N, in, H, W), the weight (out, in, k, k) of odd k, padded so that the size stays."""
    weight = weights[f"{name}.weight"]
    size = weight.shape[2]
    edge = (size // 2, size // 2)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, 0), edge, edge)), (size, size), (2, 3))
    return np.einsum("nihwrc,oirc->nohw", windows, weight) + weights[f"{name}.bias"][:, None, None]


def pool(x):
    return x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2).max((3, 5))


def logits_of(x, weights):
    fine = np.maximum(convolve(x, weights, "down1"), 0)
    coarse = np.maximum(convolve(pool(fine), weights, "down2"), 0)
    bottom = np.maximum(convolve(pool(coarse), weights, "bottom"), 0)
    # Each value becomes a square of 2x2, of each output channel's own weights.
    up = np.einsum("nihw,iorc->nohrwc", bottom, weights["up2.weight"]).reshape(len(x), 8, 8, 8)
    up = up + weights["up2.bias"][:, None, None]
    merged = np.maximum(convolve(np.concatenate((up, coarse), 1), weights, "merge2"), 0)
    up = merged.repeat(2, 2).repeat(2, 3)
    merged = np.maximum(convolve(np.concatenate((up, fine), 1), weights, "merge1"), 0)
    return convolve(merged, weights, "head")


@pytest.mark.parametrize("package", PACKAGES)
def test_the_loss_is_that_of_the_formulas(package):
    with ready(package, "unet") as one:
        loss, metrics = one.side.loss(one.side.model, one.batch, training=True)
        found = {name: one.number(value) for name, value in {"loss": loss, **metrics}.items()}
        batch, weights = one.inputs.batch(0, "float64"), one.weights()
    logits, labels = logits_of(batch["x"], weights), batch["y"]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    target = np.moveaxis(np.eye(3)[labels], -1, 1)
    entropy = -np.log((probabilities * target).sum(1)).mean()
    sums = (probabilities + target).sum((2, 3))
    dice = (1 - (2 * (probabilities * target).sum((2, 3)) + 1) / (sums + 1)).mean()
    accuracy = (logits.argmax(1) == labels).mean()
    expected = {"loss": entropy + dice, "entropy": entropy, "dice": dice, "accuracy": accuracy}
    assert found == pytest.approx(expected, rel=1e-12)
