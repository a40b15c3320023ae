"""What is frozen stands still, by both frameworks; what is thawed learns; and the network is that of its formulas."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs

EPSILON, FROZEN_STEPS = 1e-5, 15


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(cases.load("fine_tuning"), seed=3)


class Trained:
    """A side, with the weights of the inputs, and its steps one by one."""

    def __init__(self, package, inputs):
        from importlib import import_module

        self.weights = import_module(f"{package}.weights")
        self.side = import_module(f"{package}.models.fine_tuning").side(inputs.settings)
        self.inputs = inputs
        self.evaluate(0)  # Keras makes its weights here
        self.weights.load_weights(self.side.model, inputs.weights)

    def batch(self, step):
        return self.weights.batch_from_canonical(self.inputs.batch(step, "float64"), ("x",))

    def evaluate(self, step):
        return float(self.weights.to_numpy(self.side.loss(self.side.model, self.batch(step), training=False)[0]))

    def step(self, step):
        return float(self.weights.to_numpy(self.side.step(self.side, self.batch(step))[0]))

    def state(self):
        """Weights and running statistics as they are now."""
        held = self.weights.named_parameters(self.side.model) | self.weights.named_buffers(self.side.model)
        return {name: parameter.value().copy() for name, parameter in held.items()}


@pytest.fixture(params=["torch_impl", "tf_impl"])
def trained(request, inputs):
    return Trained(request.param, inputs)


def cross_entropy(batch, weights, training):
    """The loss of a canonical batch."""

    def norm(x, name):
        if training:
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
        else:
            mean, variance = weights[f"{name}.running_mean"], weights[f"{name}.running_var"]
        scale = weights[f"{name}.weight"] / np.sqrt(variance + EPSILON)
        return (x - mean[:, None, None]) * scale[:, None, None] + weights[f"{name}.bias"][:, None, None]

    def convolution(x, kernel):
        x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
        return np.einsum("ncijab,ocab->noij", windows, kernel)

    x = np.maximum(norm(convolution(batch["x"], weights["backbone.conv1.weight"]), "backbone.bn1"), 0)
    x = x.reshape(len(x), 8, 4, 2, 4, 2).mean((3, 5))
    x = np.maximum(norm(convolution(x, weights["backbone.conv2.weight"]), "backbone.bn2"), 0)
    logits = x.reshape(len(x), -1) @ weights["head.weight"].T + weights["head.bias"]
    return np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(len(logits)), batch["y"]])


def test_the_switch_is_thrown_once_after_the_frozen_steps(inputs):
    np.testing.assert_array_equal(inputs.per_step["thawed"], np.arange(inputs.steps) >= FROZEN_STEPS)
    assert inputs.per_step["thawed"].dtype == bool
    assert inputs.steps > FROZEN_STEPS


def test_the_backbone_comes_with_statistics_that_a_new_batch_norm_has_not(inputs):
    for norm in ("backbone.bn1", "backbone.bn2"):
        assert np.abs(inputs.weights[f"{norm}.running_mean"]).min() > 0
        assert np.abs(inputs.weights[f"{norm}.running_var"] - 1).min() > 0
        assert inputs.weights[f"{norm}.running_var"].min() > 0


def test_while_frozen_only_the_head_moves(trained, inputs):
    expected = cross_entropy(inputs.batch(0, "float64"), inputs.weights, training=False)
    assert trained.step(0) == pytest.approx(expected, rel=1e-12)
    trained.step(1)
    for name, value in trained.state().items():
        assert (value == inputs.weights[name]).all() != name.startswith("head."), name


def test_once_thawed_everything_moves_and_the_batch_normalises(trained, inputs):
    expected = cross_entropy(inputs.batch(FROZEN_STEPS, "float64"), inputs.weights, training=True)
    assert trained.step(FROZEN_STEPS) == pytest.approx(expected, rel=1e-12)
    for name, value in trained.state().items():
        assert (value != inputs.weights[name]).any(), name


def test_in_evaluation_running_statistics_are_used_and_kept_and_training_goes_on_as_before(trained, inputs):
    assert trained.evaluate(0) == pytest.approx(
        cross_entropy(inputs.batch(0, "float64"), inputs.weights, training=False), rel=1e-12
    )
    for name, value in trained.state().items():
        assert (value == inputs.weights[name]).all(), name
    expected = cross_entropy(inputs.batch(FROZEN_STEPS, "float64"), inputs.weights, training=True)
    assert trained.step(FROZEN_STEPS) == pytest.approx(expected, rel=1e-12)


def test_each_part_moves_at_its_own_rate(trained, inputs):
    """The first step of momentum is the plain one: rate * (gradient + decay * weight); here by a finite difference."""
    batch, settings = inputs.batch(FROZEN_STEPS, "float64"), inputs.settings
    trained.step(FROZEN_STEPS)
    after = trained.state()
    for name, rate in (("backbone.bn2.bias", "backbone_learning_rate"), ("head.weight", "head_learning_rate")):
        place = (3,) * inputs.weights[name].ndim
        losses = []
        for change in (1e-6, -1e-6):
            moved = {**inputs.weights, name: inputs.weights[name].copy()}
            moved[name][place] += change
            losses.append(cross_entropy(batch, moved, training=True))
        gradient = (losses[0] - losses[1]) / 2e-6 + settings["weight_decay"] * inputs.weights[name][place]
        update = after[name][place] - inputs.weights[name][place]
        assert update == pytest.approx(-settings[rate] * gradient, rel=1e-5), name


def test_frozen_again_the_thawed_statistics_stand_still(trained):
    trained.step(FROZEN_STEPS)
    before = trained.state()
    trained.step(0)
    for name, value in trained.state().items():
        assert (value == before[name]).all() != name.startswith("head."), name
