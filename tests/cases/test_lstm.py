"""The recurrent classifier: a task that needs memory, PyTorch's weights, both sides against NumPy, and the clipping."""

from importlib import import_module

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs

CASE = cases.load("lstm")
INPUTS = make_inputs(CASE)
X, Y = INPUTS.data["x"], INPUTS.data["y"]
FIRST_PART = 5


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, weights, suffix):
    """Hidden states (N, time, hidden) of one layer in one direction, in the order of time."""
    backwards = suffix.endswith("_reverse")
    weight_ih, weight_hh, bias_ih, bias_hh = (
        weights[f"lstm.{role}_{suffix}"] for role in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    hidden = cell = np.zeros((len(x), weight_hh.shape[1]))
    states = []
    for step in x.swapaxes(0, 1)[:: -1 if backwards else 1]:
        gates = step @ weight_ih.T + bias_ih + hidden @ weight_hh.T + bias_hh
        enter, forget, candidate, leave = np.split(gates, 4, axis=1)
        cell = sigmoid(forget) * cell + sigmoid(enter) * np.tanh(candidate)
        hidden = sigmoid(leave) * np.tanh(cell)
        states.append(hidden)
    return np.stack(states[:: -1 if backwards else 1], axis=1)


def logits(x, weights):
    """Two layers; forwards is read at the last time, backwards at the first, where each has seen everything."""
    below = np.concatenate([lstm(x, weights, "l0"), lstm(x, weights, "l0_reverse")], axis=-1)
    ends = lstm(below, weights, "l1")[:, -1], lstm(below, weights, "l1_reverse")[:, 0]
    return np.concatenate(ends, axis=-1) @ weights["head.weight"].T + weights["head.bias"]


def test_the_two_symbols_stand_once_each_in_the_first_part():
    assert X.shape == (384, 8, 4)
    np.testing.assert_array_equal(X.sum(-1), 1)
    np.testing.assert_array_equal(X[:, :FIRST_PART, :2].sum(1), 1)
    np.testing.assert_array_equal(X[:, FIRST_PART:, :2], 0)


def test_the_label_is_which_came_first_and_a_fair_coin():
    np.testing.assert_array_equal(Y, X[:, :, 0].argmax(1) > X[:, :, 1].argmax(1))
    assert abs(Y.mean() - 0.5) < 5 * 0.5 / np.sqrt(len(Y))


def test_neither_the_last_steps_nor_what_occurs_tell_the_label():
    # With the two exchanged the label is the other one, and yet the steps behind them and all counts are the same.
    exchanged = X[:, :, [1, 0, 2, 3]]
    np.testing.assert_array_equal(exchanged[:, FIRST_PART:], X[:, FIRST_PART:])
    np.testing.assert_array_equal(exchanged.sum(1), X.sum(1))
    np.testing.assert_array_equal(exchanged[:, :, 0].argmax(1) > exchanged[:, :, 1].argmax(1), 1 - Y)


def test_weights_are_uniform_as_pytorch_draws_them_and_the_two_biases_differ():
    from torch_impl.models.lstm import SequenceClassifier

    named = SequenceClassifier(4, 8, 2).named_parameters()
    assert [(name, array.shape) for name, array in INPUTS.weights.items()] == [(n, tuple(p.shape)) for n, p in named]
    values, bound = np.concatenate([array.ravel() for array in INPUTS.weights.values()]), 8**-0.5
    assert 0.99 * bound < np.abs(values).max() <= bound
    assert abs(values.std() - bound / np.sqrt(3)) < 0.05 * bound
    assert (INPUTS.weights["lstm.bias_ih_l0"] != INPUTS.weights["lstm.bias_hh_l0"]).all()


@pytest.mark.parametrize("package", ["torch_impl", "tf_impl"])
def test_a_side_computes_numpys_logits_and_loss(package):
    side = import_module(f"{package}.models.lstm").side(CASE.settings)
    weights = import_module(f"{package}.weights")
    batch = INPUTS.batch(0, "float64")
    native = weights.batch_from_canonical(batch, ())
    side.model(native["x"])  # Keras makes the head's weights when it is first called
    weights.load_weights(side.model, INPUTS.weights)
    expected = logits(batch["x"], INPUTS.weights)
    np.testing.assert_allclose(weights.to_numpy(side.model(native["x"])), expected, rtol=1e-13)
    probability = np.exp(expected) / np.exp(expected).sum(1, keepdims=True)
    value, metrics = side.loss(side.model, native, training=True)
    assert float(weights.to_numpy(value)) == pytest.approx(
        -np.log(probability[np.arange(24), batch["y"]]).mean(), rel=1e-13
    )
    assert float(metrics["accuracy"]) == (expected.argmax(1) == batch["y"]).mean()


@pytest.mark.parametrize("seed", range(3))
def test_clipping_is_active_in_some_steps_and_not_in_others(seed):
    import torch

    from torch_impl.models.lstm import side as make_side
    from torch_impl.weights import batch_from_canonical, load_weights

    inputs, bound = make_inputs(CASE, seed), CASE.settings["max_norm"]
    side, norms = make_side(CASE.settings), []
    load_weights(side.model, inputs.weights)
    for batch in inputs.batches("float64"):
        _, metrics = side.step(side, batch_from_canonical(batch, ()))
        norms.append(float(metrics["gradient_norm"]))
        left = torch.cat([parameter.grad.ravel() for parameter in side.model.parameters()]).norm()
        # PyTorch divides by the norm plus 1e-6, so that a clipped gradient stays a little below the bound.
        assert float(left) == pytest.approx(min(norms[-1], bound * norms[-1] / (norms[-1] + 1e-6)), rel=1e-12)
    clipped = np.array(norms) > bound
    assert 5 <= clipped.sum() <= len(norms) - 5
