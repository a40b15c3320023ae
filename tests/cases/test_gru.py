"""The encoder and decoder: reversed sequences, PyTorch's weights, both sides against NumPy, what padding may not do."""

from importlib import import_module

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs

CASE = cases.load("gru")
INPUTS = make_inputs(CASE)
DATA = INPUTS.data
PACKAGES = pytest.mark.parametrize("package", ["torch_impl", "tf_impl"])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru(x, weights, part, hidden):
    """Hidden states (time, hidden) over one sequence (time, features); the reset gate acts behind the product."""
    weight_ih, weight_hh, bias_ih, bias_hh = (
        weights[f"{part}.{role}_l0"] for role in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    states = []
    for step in x:
        from_input, from_hidden = weight_ih @ step + bias_ih, weight_hh @ hidden + bias_hh
        (reset, update, new), (hidden_reset, hidden_update, hidden_new) = (
            np.split(each, 3) for each in (from_input, from_hidden)
        )
        reset, update = sigmoid(reset + hidden_reset), sigmoid(update + hidden_update)
        hidden = (1 - update) * np.tanh(new + reset * hidden_new) + update * hidden
        states.append(hidden)
    return np.array(states)


def token_losses(batch, weights):
    """-log p of every real token of every sequence, each computed by itself, where there is no padding."""
    losses, embedding = [], weights["embedding.weight"]
    for source, given, target, length in zip(
        *(batch[k] for k in ("source", "given", "target", "lengths")), strict=True
    ):
        state = gru(embedding[source[:length]], weights, "encoder", np.zeros(16))[-1]
        logits = gru(embedding[given[:length]], weights, "decoder", state) @ weights["head.weight"].T
        logits += weights["head.bias"]
        log_probabilities = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        losses += list(-log_probabilities[np.arange(length), target[:length]])
    return np.array(losses)


def loaded(package):
    """A side with the case's weights, and its `weights` module."""
    weights, side = import_module(f"{package}.weights"), import_module(f"{package}.models.gru").side(CASE.settings)
    batch = weights.batch_from_canonical(INPUTS.batch(0, "float64"), ())
    side.loss(side.model, batch, training=False)  # Keras makes weights when called
    weights.load_weights(side.model, INPUTS.weights)
    return side, weights


def test_a_target_is_its_source_backwards_and_the_decoder_is_given_it_one_step_late():
    assert set(DATA["lengths"]) == set(range(3, 9))
    for source, given, target, length in zip(*(DATA[k] for k in ("source", "given", "target", "lengths")), strict=True):
        assert source.shape == (8,)
        assert set(source[:length]) <= {2, 3, 4, 5}
        np.testing.assert_array_equal(target[:length], source[:length][::-1])
        np.testing.assert_array_equal(given[:length], [1, *target[: length - 1]])
        np.testing.assert_array_equal(np.concatenate([source[length:], target[length:], given[length:]]), 0)


def test_every_batch_holds_sequences_of_different_lengths():
    assert all(len(set(batch["lengths"])) >= 3 for batch in INPUTS.batches("float64"))


def test_the_first_token_cannot_be_told_without_the_encoder():
    # Nothing but the start has been given, and each symbol is as likely as any other: log 4 is the least loss there.
    first, count = np.unique(DATA["target"][:, 0], return_counts=True)
    np.testing.assert_array_equal(first, [2, 3, 4, 5])
    assert (abs(count / 384 - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 384)).all()
    assert (DATA["given"][:, 0] == 1).all()


def test_weights_have_pytorchs_names_and_distribution():
    from torch_impl.models.gru import Reverser

    named = Reverser(6, 8, 16).named_parameters()
    assert [(name, array.shape) for name, array in INPUTS.weights.items()] == [(n, tuple(p.shape)) for n, p in named]
    values = np.concatenate([array.ravel() for name, array in INPUTS.weights.items() if name != "embedding.weight"])
    assert 0.99 / 4 < np.abs(values).max() <= 1 / 4  # 1 / sqrt(16)
    assert abs(values.std() - 0.25 / np.sqrt(3)) < 0.05 * 0.25


@PACKAGES
def test_the_loss_is_the_mean_over_real_tokens_of_sequences_that_never_met_padding(package):
    side, weights = loaded(package)
    batch = INPUTS.batch(0, "float64")
    expected = token_losses(batch, INPUTS.weights)
    assert len(expected) == batch["lengths"].sum() < batch["target"].size
    value, _ = side.loss(side.model, weights.batch_from_canonical(batch, ()), training=True)
    assert float(weights.to_numpy(value)) == pytest.approx(expected.mean(), rel=1e-13)


@PACKAGES
def test_what_stands_in_the_padding_changes_nothing(package):
    side, weights = loaded(package)
    batch = INPUTS.batch(0, "float64")
    padding = np.arange(8) >= batch["lengths"][:, None]
    other = batch | {name: np.where(padding, 5, batch[name]) for name in ("source", "given")}
    natives = (weights.batch_from_canonical(each, ()) for each in (batch, other))
    results = [side.loss(side.model, native, training=True) for native in natives]
    values = [[float(weights.to_numpy(each)) for each in (value, metrics["accuracy"])] for value, metrics in results]
    assert values[0] == values[1]


def test_accuracy_is_the_share_of_real_tokens_that_are_right():
    # With the head's weights at zero, and its bias for symbol 3, that one is put out everywhere.
    side, weights = loaded("torch_impl")
    bias = np.eye(6)[3]
    weights.load_weights(side.model, INPUTS.weights | {"head.weight": np.zeros((6, 16)), "head.bias": bias})
    batch = INPUTS.batch(0, "float64")
    _, metrics = side.loss(side.model, weights.batch_from_canonical(batch, ()), training=True)
    assert float(metrics["accuracy"]) == pytest.approx((batch["target"] == 3).sum() / batch["lengths"].sum(), rel=1e-15)
