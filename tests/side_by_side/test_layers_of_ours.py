"""The layers of tf_impl/layers against PyTorch's and against formulas: values, gradients, buffers, names, pairing."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from compare.judging.settings import compare_settings, differences
from compare.traces.pairing import RecordedModel, pair
from tf_impl import weights as tf_weights
from tf_impl.layers import GRU, LSTM, RNN, BatchNorm
from tf_impl.settings import describe as describe_tf
from tf_impl.weights import layers as tf_layers
from torch_impl import weights as torch_weights
from torch_impl.settings import describe as describe_torch
from torch_impl.weights import layers as torch_layers

RNG = np.random.default_rng(5)
FORMS = [{}, {"num_layers": 2}, {"bidirectional": True}, {"num_layers": 2, "bidirectional": True}]
CLASSES = [(nn.RNN, RNN), (nn.LSTM, LSTM), (nn.GRU, GRU)]


class TorchNet(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, *state):
        return self.layer(x, *state)


class TfNet(keras.Model):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x, *state):
        return self.layer(x, *state)


def recurrent_pair(torch_class, tf_class, **form):
    torch_model = TorchNet(torch_class(3, 4, batch_first=True, **form))
    tf_model = TfNet(tf_class(3, 4, **form))
    arrays = {name: parameter.value() for name, parameter in torch_weights.named_parameters(torch_model).items()}
    tf_weights.load_weights(tf_model, arrays)
    return torch_model, tf_model


def flat(nested):
    """All tensors of an output, as arrays."""
    return [t.detach().numpy() if isinstance(t, torch.Tensor) else t.numpy() for t in tf.nest.flatten(nested)]


def torch_gradients(model, x, cotangents):
    x = torch.tensor(x, requires_grad=True)
    outputs = tf.nest.flatten(model(x))
    sum((output * torch.tensor(each)).sum() for output, each in zip(outputs, cotangents, strict=True)).backward()
    return {name: parameter.grad.numpy() for name, parameter in model.named_parameters()} | {"x": x.grad.numpy()}


def tf_gradients(model, x, cotangents):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = tf.nest.flatten(model(x))
        total = sum(tf.reduce_sum(output * each) for output, each in zip(outputs, cotangents, strict=True))
    parameters = tf_weights.named_parameters(model)
    found = tape.gradient(total, {name: p.variable.value for name, p in parameters.items()} | {"x": x})
    return {name: each.numpy() for name, each in found.items()}


def assert_close(one, other, relative=1e-13):
    assert one.shape == other.shape
    assert np.abs(one - other).max() <= relative * max(np.abs(one).max(), 1e-3)


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize(("torch_class", "tf_class"), CLASSES)
def test_a_recurrent_layer_computes_what_pytorch_does_and_so_do_its_gradients(torch_class, tf_class, form):
    torch_model, tf_model = recurrent_pair(torch_class, tf_class, **form)
    x = RNG.normal(size=(2, 5, 3))
    outputs = flat(torch_model(torch.tensor(x)))
    for one, other in zip(outputs, flat(tf_model(tf.constant(x))), strict=True):
        assert_close(one, other)
    cotangents = [RNG.normal(size=output.shape) for output in outputs]
    ours, theirs = tf_gradients(tf_model, x, cotangents), torch_gradients(torch_model, x, cotangents)
    assert list(ours) == list(theirs)  # in the same order, too
    for name in theirs:
        assert_close(theirs[name], ours[name])


def test_relu_in_place_of_tanh():
    torch_model, tf_model = recurrent_pair(nn.RNN, RNN, nonlinearity="relu")
    x = RNG.normal(size=(2, 5, 3))
    for one, other in zip(flat(torch_model(torch.tensor(x))), flat(tf_model(tf.constant(x))), strict=True):
        assert_close(one, other)


@pytest.mark.parametrize(("torch_class", "tf_class"), CLASSES)
def test_a_state_that_is_given_is_where_it_begins(torch_class, tf_class):
    torch_model, tf_model = recurrent_pair(torch_class, tf_class, num_layers=2, bidirectional=True)
    x, state = RNG.normal(size=(2, 5, 3)), RNG.normal(size=(2, 4, 2, 4))
    both = torch_class is nn.LSTM
    given = [
        tuple(tensor(each) for each in state) if both else tensor(state[0]) for tensor in (torch.tensor, tf.constant)
    ]
    outputs = flat(torch_model(torch.tensor(x), given[0]))
    for one, other in zip(outputs, flat(tf_model(tf.constant(x), given[1])), strict=True):
        assert_close(one, other)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("tf_class", [RNN, LSTM, GRU])
def test_a_recurrent_layer_computes_the_formula(tf_class):
    layer, x = tf_class(3, 4), RNG.normal(size=(2, 5, 3))
    w, u, b, c = (getattr(layer, f"{role}_l0").numpy() for role in layer.ROLES)
    hidden, cell = np.zeros((2, 4)), np.zeros((2, 4))
    for step in x.swapaxes(0, 1):
        blocks = step @ w.T + b, hidden @ u.T + c
        if tf_class is RNN:
            hidden = np.tanh(sum(blocks))
        elif tf_class is LSTM:
            i, f, g, o = np.split(sum(blocks), 4, axis=1)
            cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
            hidden = sigmoid(o) * np.tanh(cell)
        else:
            (r, z, n), (hr, hz, hn) = (np.split(block, 3, axis=1) for block in blocks)
            n = np.tanh(n + sigmoid(r + hr) * hn)
            z = sigmoid(z + hz)
            hidden = (1 - z) * n + z * hidden
    assert_close(hidden, layer(tf.constant(x))[0].numpy()[:, -1])


@pytest.mark.parametrize("tf_class", [RNN, LSTM, GRU])
def test_a_graph_computes_what_eager_execution_does_whatever_the_size_of_the_batch(tf_class):
    layer, x = tf_class(3, 4, bidirectional=True), tf.constant(RNG.normal(size=(2, 5, 3)))
    graph = tf.function(layer.__call__, input_signature=[tf.TensorSpec((None, 5, 3), tf.float64)])
    for one, other in zip(flat(layer(x)), flat(graph(x)), strict=True):
        assert_close(one, other, 1e-15)


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize(("torch_class", "tf_class"), CLASSES)
def test_a_recurrent_layer_pairs_with_pytorchs_and_is_described_alike(torch_class, tf_class, form):
    torch_model, tf_model = recurrent_pair(torch_class, tf_class, **form)
    sides = ((torch_model, torch_weights, torch_layers), (tf_model, tf_weights, tf_layers))
    models = [
        RecordedModel(weights.weight_groups(model), layers.named_kinds(model), [], [])
        for model, weights, layers in sides
    ]
    assert models[0] == models[1]  # groups, kinds, paths, roles, names, shapes
    expected = {name: name for name, _ in torch_model.named_parameters()}
    assert pair(*models).weights == expected
    rows = compare_settings(describe_torch(torch_model.layer, None), describe_tf(tf_model.layer, None), {"": ""})
    assert not [row for row in differences(rows) if row.subject == ""]


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize(("torch_class", "tf_class"), CLASSES)
def test_what_the_forward_stage_records_is_the_last_state_on_both_sides(torch_class, tf_class, form):
    torch_model, tf_model = recurrent_pair(torch_class, tf_class, **form)
    x = RNG.normal(size=(2, 5, 3))
    one = torch_layers.output_to_canonical(torch_model.layer, torch_model(torch.tensor(x)))
    other = tf_layers.output_to_canonical(tf_model.layer, tf_model(tf.constant(x)))
    assert one.shape == (2, 8 if form.get("bidirectional") else 4)
    assert_close(one, other)


def test_it_begins_as_pytorchs_does_within_one_over_the_root_of_the_hidden_size():
    drawn = [variable.numpy() for variable in LSTM(30, 64).trainable_variables]
    values = np.concatenate([each.ravel() for each in drawn])
    assert 0.99 / 8 < values.max() <= 1 / 8
    assert -1 / 8 <= values.min() < -0.99 / 8
    assert not np.array_equal(drawn[2], drawn[3])  # each has its own draw


NORMS = [
    (nn.BatchNorm1d, (6, 3)),
    (nn.BatchNorm1d, (4, 3, 5)),
    (nn.BatchNorm2d, (4, 3, 5, 2)),
    (nn.BatchNorm3d, (2, 3, 2, 3, 2)),
]


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize(("torch_class", "shape"), NORMS)
def test_batch_norm_follows_pytorchs_in_training_and_in_evaluation(torch_class, shape, affine):
    torch_model = TorchNet(torch_class(3, momentum=0.3, eps=1e-3, affine=affine))
    layer = BatchNorm(momentum=0.3, epsilon=1e-3, affine=affine)
    batches, cotangent = RNG.normal(2, 3, size=(3, *shape)), RNG.normal(size=shape)
    for training in (True, True, False):
        torch_model.train(training)
        for batch in batches:
            x, y = torch.tensor(batch, requires_grad=True), tf.constant(np.moveaxis(batch, 1, -1))
            one = torch_model(x)
            (one * torch.tensor(cotangent)).sum().backward()
            with tf.GradientTape() as tape:
                tape.watch(y)
                other = layer(y, training=training)
                total = tf.reduce_sum(other * np.moveaxis(cotangent, 1, -1))
            assert_close(one.detach().numpy(), np.moveaxis(other.numpy(), -1, 1))
            assert_close(x.grad.numpy(), np.moveaxis(tape.gradient(total, y).numpy(), -1, 1))
        assert_close(torch_model.layer.running_mean.numpy(), layer.moving_mean.numpy())
        assert_close(torch_model.layer.running_var.numpy(), layer.moving_variance.numpy())


def test_the_running_variance_is_over_n_minus_1_and_the_batch_is_normalised_over_n():
    x = RNG.normal(size=(5, 3))
    layer = BatchNorm(momentum=0.1, epsilon=1e-5)
    output = layer(tf.constant(x), training=True).numpy()
    assert_close((x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5), output)
    assert_close(0.9 + 0.1 * x.var(0, ddof=1), layer.moving_variance.numpy(), 1e-15)
    assert_close(0.1 * x.mean(0), layer.moving_mean.numpy(), 1e-15)


def test_batch_norm_in_a_graph_does_what_it_does_eagerly():
    x = tf.constant(RNG.normal(size=(4, 5, 2, 3)))
    eager, traced = BatchNorm(), BatchNorm()
    graph = tf.function(
        lambda x: traced(x, training=True), input_signature=[tf.TensorSpec((None, 5, 2, 3), tf.float64)]
    )
    assert_close(eager(x, training=True).numpy(), graph(x).numpy(), 1e-15)
    assert_close(eager.moving_variance.numpy(), traced.moving_variance.numpy(), 1e-15)


def test_a_frozen_batch_norm_still_normalises_by_the_batch_as_pytorchs_does():
    x = RNG.normal(2, 3, size=(6, 3))
    layer = BatchNorm()
    layer(tf.constant(x))
    layer.trainable = False
    output = layer(tf.constant(x), training=True).numpy()
    assert np.abs(output.mean(0)).max() < 1e-12


def test_batch_norm_is_described_as_pytorchs_is():
    layer = BatchNorm(momentum=0.05, epsilon=1e-4)
    layer(tf.zeros((2, 3), tf.float64))
    rows = compare_settings(
        describe_torch(nn.BatchNorm1d(3, momentum=0.05, eps=1e-4), None), describe_tf(layer, None), {"": ""}
    )
    by_setting = {row.setting: row for row in rows if row.subject == ""}
    assert by_setting["running variance"].torch == by_setting["running variance"].tf == "over N - 1"
    assert by_setting["momentum"].tf == 0.05
    assert not [row for row in differences(rows) if row.subject == ""]
