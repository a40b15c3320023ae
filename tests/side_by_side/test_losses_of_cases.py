"""The losses that more is asked of: smoothing, masks, Dice, triplets, cosines, CTC; against formulas and each other."""

from itertools import product

import numpy as np
import pytest
import tensorflow as tf
import torch

from tf_impl import losses as tf_losses
from torch_impl import losses as torch_losses

RNG = np.random.default_rng(3)
LOGITS, LABELS = RNG.normal(size=(6, 4)), np.array([0, 3, 1, 1, 2, 0])
ONE, OTHER, THIRD = RNG.normal(size=(3, 6, 4))
SIGNS = np.array([1.0, -1, 1, -1, -1, 1])
MASK = np.array([[1.0, 1, 0, 1]] * 6)
PROBABILITIES, PIXELS = RNG.uniform(size=(2, 3, 4, 5)), RNG.integers(0, 2, size=(2, 3, 4, 5)).astype(float)


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


def norm(x):
    return np.sqrt((x**2).sum(1))


def dice():
    overlap, total = (PROBABILITIES * PIXELS).sum((2, 3)), (PROBABILITIES + PIXELS).sum((2, 3))
    return np.mean(1 - (2 * overlap + 0.5) / (total + 0.5))


def smoothed():
    targets = 0.9 * np.eye(4)[LABELS] + 0.1 / 4
    return -np.mean((targets * log_softmax(LOGITS)).sum(1))


def cosines():
    cosine = (ONE * OTHER).sum(1) / norm(ONE) / norm(OTHER)
    return np.mean(np.where(SIGNS == 1, 1 - cosine, np.maximum(cosine - 0.1, 0)))


# Name: the arrays, the options, the value by NumPy, and how far the constants inside a formula may move it.
CASES = {
    "label_smoothing_cross_entropy": ((LOGITS, LABELS), {"smoothing": 0.1}, smoothed(), 1e-14),
    "masked_mean": ((LOGITS, MASK), {}, LOGITS[:, [0, 1, 3]].mean(), 1e-14),
    "dice": ((PROBABILITIES, PIXELS), {"smooth": 0.5}, dice(), 1e-14),
    "triplet_margin": (
        (ONE, OTHER, THIRD),
        {"margin": 0.5},
        np.mean(np.maximum(norm(ONE - OTHER + 1e-6) - norm(ONE - THIRD + 1e-6) + 0.5, 0)),
        1e-14,
    ),
    "cosine_embedding": ((ONE, OTHER, SIGNS), {"margin": 0.1}, cosines(), 1e-11),
}


def both_sides(name, arrays, options, images=False):
    """The value, and the gradient with respect to the first array, of each side."""
    first = torch.tensor(arrays[0], requires_grad=True)
    value = getattr(torch_losses, name)(first, *map(torch.from_numpy, arrays[1:]), **options)
    value.backward()
    moved = [np.moveaxis(array, 1, -1) for array in arrays] if images else arrays
    constants = [tf.constant(array) for array in moved]
    with tf.GradientTape() as tape:
        tape.watch(constants[0])
        tf_value = getattr(tf_losses, name)(*constants, **options)
    gradient = tape.gradient(tf_value, constants[0]).numpy()
    return (value.item(), float(tf_value)), (first.grad.numpy(), np.moveaxis(gradient, -1, 1) if images else gradient)


@pytest.mark.parametrize("name", CASES)
def test_a_loss_is_that_of_its_formula_and_the_gradients_are_alike(name):
    arrays, options, expected, tolerance = CASES[name]
    values, gradients = both_sides(name, arrays, options, images=name == "dice")
    np.testing.assert_allclose(values, expected, rtol=tolerance, atol=1e-15)
    np.testing.assert_allclose(values[1], values[0], rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=1e-12, atol=1e-14)


TARGETS = np.array([[1, 1, 2], [3, 1, 3], [2, 0, 0], [0, 0, 0]])  # a label twice, padding, none at all
INPUT_LENGTHS, TARGET_LENGTHS = np.array([5, 4, 3, 5]), np.array([3, 3, 1, 0])
SCORES = RNG.normal(size=(5, 4, 4))


def read(path):
    """What an alignment says: what repeats comes once, blanks fall away."""
    return [label for label, before in zip(path, (0, *path), strict=False) if label not in (0, before)]


def by_every_alignment():
    """-log of the sum over all paths of classes that read as the target."""
    found = []
    for n, (steps, length) in enumerate(zip(INPUT_LENGTHS, TARGET_LENGTHS, strict=True)):
        probability = np.exp(log_softmax(SCORES[:steps, n]))
        paths = [path for path in product(range(4), repeat=steps) if read(path) == list(TARGETS[n, :length])]
        found.append(-np.log(sum(np.prod([probability[t, label] for t, label in enumerate(path)]) for path in paths)))
    return np.array(found)


def ctc_sides(reduction):
    arrays = TARGETS, INPUT_LENGTHS, TARGET_LENGTHS
    scores = torch.tensor(SCORES, requires_grad=True)
    value = torch_losses.ctc(scores.log_softmax(2), *map(torch.from_numpy, arrays), reduction)
    value.sum().backward()
    tf_scores = tf.constant(SCORES)
    with tf.GradientTape() as tape:
        tape.watch(tf_scores)
        tf_value = tf_losses.ctc(tf.nn.log_softmax(tf_scores), *map(tf.constant, arrays), reduction)
    gradients = scores.grad.numpy(), tape.gradient(tf_value, tf_scores).numpy()
    return (value.detach().numpy(), tf_value.numpy()), gradients


@pytest.mark.parametrize(
    ("reduction", "reduce"),
    [
        ("mean", lambda losses: np.mean(losses / np.maximum(TARGET_LENGTHS, 1))),
        ("sum", np.sum),
        ("none", lambda losses: losses),
    ],
)
def test_ctc_sums_over_every_alignment_and_its_mean_divides_by_the_target_lengths(reduction, reduce):
    values, gradients = ctc_sides(reduction)
    for value in values:
        np.testing.assert_allclose(value, reduce(by_every_alignment()), rtol=1e-13)
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=1e-12, atol=1e-14)


def test_what_lies_behind_an_input_length_gets_no_gradient():
    _, gradients = ctc_sides("sum")
    assert np.abs(gradients[1][3:, 2]).max() == 0
    assert np.abs(gradients[1][:3, 2]).max() > 0


def test_ctc_in_a_graph_is_ctc_as_it_is_written():
    arrays = [tf.constant(array) for array in (log_softmax(SCORES), TARGETS, INPUT_LENGTHS, TARGET_LENGTHS)]
    open_batch = [tf.TensorSpec((5, None, 4), tf.float64), tf.TensorSpec((None, 3), tf.int64)]
    graph = tf.function(tf_losses.ctc, input_signature=open_batch + [tf.TensorSpec((None,), tf.int64)] * 2)
    assert float(graph(*arrays)) == pytest.approx(float(tf_losses.ctc(*arrays)), rel=1e-15)
