"""The acoustic model: feasible targets, PyTorch's weights, both sides against a sum over every path, and padding."""

from importlib import import_module
from itertools import groupby, product

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs

CASE = cases.load("ctc_speech")
INPUTS = make_inputs(CASE)
DATA = INPUTS.data
ROWS = list(zip(*(DATA[name] for name in ("x", "lengths", "targets", "target_lengths")), strict=True))
PACKAGES = pytest.mark.parametrize("package", ["torch_impl", "tf_impl"])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def log_probabilities(x, weights):
    """Those of one sequence (features, time) that is not padded: (outputs, classes)."""
    padded = np.pad(x, ((0, 0), (1, 1)))
    windows = [padded[:, start : start + 3] for start in range(0, padded.shape[1] - 2, 2)]
    features = np.tensordot(windows, weights["conv.weight"], ((1, 2), (1, 2))) + weights["conv.bias"]
    hidden, logits = np.zeros(16), []
    for step in np.maximum(features, 0):
        from_input = np.split(weights["gru.weight_ih_l0"] @ step + weights["gru.bias_ih_l0"], 3)
        from_hidden = np.split(weights["gru.weight_hh_l0"] @ hidden + weights["gru.bias_hh_l0"], 3)
        reset, update = sigmoid(from_input[0] + from_hidden[0]), sigmoid(from_input[1] + from_hidden[1])
        hidden = (1 - update) * np.tanh(from_input[2] + reset * from_hidden[2]) + update * hidden
        logits.append(weights["head.weight"] @ hidden + weights["head.bias"])
    return np.array(logits) - np.log(np.exp(logits).sum(1, keepdims=True))


def loss_by_all_paths(log_probability, target):
    """-log of the sum over every path that spells `target`, divided by its length: repeats drop out, then blanks."""
    total = 0.0
    for path in product(range(log_probability.shape[1]), repeat=len(log_probability)):
        if [symbol for symbol, _ in groupby(path) if symbol] == list(target):
            total += np.exp(log_probability[range(len(path)), path].sum())
    return -np.log(total) / len(target)


def loaded(package):
    """A side with the case's weights, and its `weights` module."""
    weights, side = (
        import_module(f"{package}.weights"),
        import_module(f"{package}.models.ctc_speech").side(CASE.settings),
    )
    side.model(native(weights, INPUTS.batch(0, "float64"))["x"])  # Keras makes weights when called
    weights.load_weights(side.model, INPUTS.weights)
    return side, weights


def native(weights, batch):
    return weights.batch_from_canonical(batch, CASE.channels_first)


def test_every_target_is_feasible_after_the_convolution():
    for _, length, target, count in ROWS:
        equal_neighbours = (target[1:count] == target[: count - 1]).sum()
        assert (length + 1) // 2 >= count + equal_neighbours


def test_every_symbol_sounds_for_four_to_six_frames_and_silence_is_padding():
    for x, length, target, count in ROWS:
        assert count in (2, 3)
        assert 4 * count <= length <= 6 * count
        assert x[:, :length].all()
        assert set(target[:count]) <= {1, 2, 3, 4}
        assert not target[count:].any()
        assert not x[:, length:].any()


def test_some_targets_repeat_a_symbol_and_lengths_differ_in_every_batch():
    assert sum((target[1:count] == target[: count - 1]).any() for _, _, target, count in ROWS) > 38
    for batch in INPUTS.batches("float64"):
        assert len(set(batch["lengths"])) > 3
        assert set(batch["target_lengths"]) == {2, 3}


def test_weights_have_pytorchs_names_and_bounds():
    from torch_impl.models.ctc_speech import AcousticModel

    named = AcousticModel(6, 12, 16, 5).named_parameters()
    assert [(name, array.shape) for name, array in INPUTS.weights.items()] == [(n, tuple(p.shape)) for n, p in named]
    for part, bound in (("conv", 18**-0.5), ("gru", 16**-0.5), ("head", 16**-0.5)):
        values = np.concatenate([array.ravel() for name, array in INPUTS.weights.items() if name.startswith(part)])
        assert 0.9 * bound < np.abs(values).max() <= bound
        # Five standard errors of the second moment, whose own deviation is bound^2 * sqrt(1/5 - 1/9).
        assert abs((values**2).mean() - bound**2 / 3) < 5 * bound**2 * np.sqrt((1 / 5 - 1 / 9) / values.size)


@PACKAGES
def test_the_loss_is_a_sum_over_every_path_divided_by_the_targets_length(package):
    side, weights = loaded(package)
    short = np.flatnonzero(DATA["lengths"] <= 10)[:4]
    expected = [
        loss_by_all_paths(log_probabilities(x[:, :length], INPUTS.weights), target[:count])
        for x, length, target, count in (ROWS[row] for row in short)
    ]
    batch = native(weights, {name: array[short] for name, array in DATA.items()})
    value, _ = side.loss(side.model, batch, training=True)
    assert float(weights.to_numpy(value)) == pytest.approx(np.mean(expected), rel=1e-13)


@PACKAGES
def test_a_longer_row_of_padding_changes_nothing(package):
    side, weights = loaded(package)
    batch = INPUTS.batch(0, "float64")
    longer = batch | {
        "x": np.pad(batch["x"], ((0, 0), (0, 0), (0, 6))),
        "targets": np.pad(batch["targets"], ((0, 0), (0, 2))),
    }
    losses = [side.loss(side.model, native(weights, each), training=True)[0] for each in (batch, longer)]
    one, other = (float(weights.to_numpy(value)) for value in losses)
    assert one == pytest.approx(other, rel=1e-14)


@PACKAGES
def test_the_lengths_are_those_of_the_convolutions_outputs(package):
    side, weights = loaded(package)
    strided = import_module(f"{package}.models.ctc_speech").strided
    for length in range(8, 19):
        outputs = side.model(native(weights, {"x": np.ones((1, 6, length))})["x"])
        assert outputs.shape[1] == strided(length)
