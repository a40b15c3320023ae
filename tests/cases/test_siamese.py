"""The siamese tower: its triplets, and loss and gradient of both sides against NumPy."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.arrays import generators
from compare.inputs.case_inputs import make_inputs
from tests.cases.one_side import PACKAGES, ready


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(cases.load("siamese"))


def test_a_class_is_a_fifth_of_a_circle_and_all_else_noise(inputs):
    kind = generators(0)("class").integers(0, 5, 384)
    for name in ("anchor", "positive"):
        x = inputs.data[name]
        assert x.shape == (384, 10)
        np.testing.assert_allclose(np.hypot(x[:, 0], x[:, 1]), 2, rtol=1e-14)
        away = (np.arctan2(x[:, 1], x[:, 0]) - 2 * np.pi * kind / 5 + np.pi) % (2 * np.pi) - np.pi
        # Five standard errors of a deviation.
        assert abs(away.std() / 0.2 - 1) < 5 / np.sqrt(2 * 384)
        assert abs(x[:, 2:].std() - 1) < 5 / np.sqrt(2 * 8 * 384)


def test_the_negative_is_of_another_class(inputs):
    angle = {name: np.arctan2(inputs.data[name][:, 1], inputs.data[name][:, 0]) for name in inputs.data}
    kind = {name: np.round(each / (2 * np.pi / 5)) % 5 for name, each in angle.items()}
    # The border between two classes is three deviations away.
    assert (kind["anchor"] == kind["positive"]).mean() > 0.98
    assert (kind["anchor"] == kind["negative"]).mean() < 0.02


def test_the_features_as_they_are_leave_much_to_be_learned(inputs):
    """Of all triplets, some 3 of 10 have the negative nearer, and nearly all are within the margin of 1."""
    anchor, positive, negative = inputs.data.values()
    near, far = (np.linalg.norm(anchor - each, axis=1) for each in (positive, negative))
    assert 0.1 < (far < near).mean() < 0.4
    assert (far < near + 1).mean() > 0.4


def test_weights_are_glorot_uniform_and_biases_zero(inputs):
    for layer, (outputs, features) in {"tower.fc1": (32, 10), "tower.fc2": (8, 32)}.items():
        limit = np.sqrt(6 / (outputs + features))
        assert inputs.weights[f"{layer}.weight"].shape == (outputs, features)
        assert 0.8 * limit < np.abs(inputs.weights[f"{layer}.weight"]).max() <= limit
        assert not inputs.weights[f"{layer}.bias"].any()


def losses(weights, batch):
    """The two losses, by their definitions."""

    def embed(x):
        hidden = np.maximum(x @ weights["tower.fc1.weight"].T + weights["tower.fc1.bias"], 0)
        return hidden @ weights["tower.fc2.weight"].T + weights["tower.fc2.bias"]

    def cosine(one, other):
        squares = ((one**2).sum(1) + 1e-12) * ((other**2).sum(1) + 1e-12)
        return (one * other).sum(1) / np.sqrt(squares)

    anchor, positive, negative = (embed(batch[name]) for name in ("anchor", "positive", "negative"))
    near, far = (np.sqrt(((anchor - each + 1e-6) ** 2).sum(1)) for each in (positive, negative))
    apart = np.maximum(cosine(anchor, negative) - 0.2, 0)
    return np.maximum(near - far + 1, 0).mean(), (1 - cosine(anchor, positive)).mean() + apart.mean()


def gradients(one, batch):
    """Of the whole loss, by weight, in PyTorch's layout."""
    parameters = one.framework.weights.named_parameters(one.side.model)
    if one.framework.package == "torch_impl":
        one.side.loss(one.side.model, batch, training=True)[0].backward()
        return {name: each.canonical(each.variable.grad) for name, each in parameters.items()}
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss, _ = one.side.loss(one.side.model, batch, training=True)
    found = tape.gradient(loss, [each.variable.value for each in parameters.values()])
    return {name: parameters[name].canonical(each) for name, each in zip(parameters, found, strict=True)}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_losses_are_those_of_the_formulas(package):
    with ready(package, "siamese") as one:
        loss, metrics = one.side.loss(one.side.model, one.batch, training=True)
        found = [one.number(each) for each in (loss, metrics["triplet"], metrics["cosine"])]
        triplet, cosine = losses(one.weights(), one.inputs.batch(0, "float64"))
    assert found == pytest.approx([triplet + cosine, triplet, cosine], rel=1e-12)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_gradient_is_that_of_all_three_calls_together(package):
    """Along a random direction, against the difference of the loss a step ahead and a step behind."""
    with ready(package, "siamese") as one:
        found, weights = gradients(one, one.batch), one.weights()
        batch = one.inputs.batch(0, "float64")
    direction = {name: generators(1)(name).standard_normal(array.shape) for name, array in weights.items()}
    step = 1e-6
    ahead, behind = (
        sum(losses({name: array + sign * step * direction[name] for name, array in weights.items()}, batch))
        for sign in (1, -1)
    )
    slope = sum((found[name] * direction[name]).sum() for name in weights)
    assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_positive_that_is_the_anchor_itself_makes_no_gradient_nan(package):
    with ready(package, "siamese") as one:
        found = gradients(one, {**one.batch, "positive": one.batch["anchor"]})
    assert all(np.isfinite(array).all() for array in found.values())
    assert np.abs(found["tower.fc2.weight"]).max() > 0
