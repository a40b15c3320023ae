"""Each kind of layer: weights carried over from PyTorch by role give the same outputs and gradients in Keras."""

from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers
from torch import nn

from tf_impl import weights as tf_weights
from torch_impl import weights as torch_weights

TOLERANCE = 1e-12


class Row(NamedTuple):
    """A layer on both sides, the shape of its input in PyTorch's layout, and how to call it."""

    torch: object
    tf: object
    shape: tuple[int, ...]
    images: bool = False
    torch_call: object = lambda layer, x: layer(x)
    tf_call: object = lambda layer, x: layer(x)


def image(torch_layer, tf_layer, *shape, **calls) -> Row:
    return Row(torch_layer, tf_layer, shape, True, **calls)


def recurrent(torch_layer, tf_layer) -> Row:
    """Sequences in, all hidden states out."""
    return Row(torch_layer, tf_layer, (3, 5, 4), torch_call=lambda layer, x: layer(x)[0])


def sequence(kind, *arguments, **options):
    return lambda: kind(*arguments, return_sequences=True, **options)


class Stacked(nn.Module):
    """The layers one after the other, each a part of its own."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class ThreeLinears(nn.Module):
    """Attention with two heads, its projections written as layers of their own."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(8, 8) for _ in range(4))

    def forward(self, x):
        q, k, v = (layer(x).unflatten(-1, (2, 4)).transpose(1, 2) for layer in (self.q, self.k, self.v))
        return self.o(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class Embedded(nn.Module):
    """Repeated tokens of a vocabulary of seven."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(7, 3)

    def forward(self, x):
        return self.table(torch.tensor([[0, 5, 5], [6, 0, 1]])) * x


def look_up(table, x):
    return table(np.array([[0, 5, 5], [6, 0, 1]])) * x


def attend(layer, x):
    return layer(x, x, x)[0]


def attend_to_others(layer, x):
    return layer(x, torch.sin(x)[..., :6], torch.cos(x)[..., :5])[0]


def training(layer, x):
    return layer(x, training=True)


ROWS = {
    "dense": Row(lambda: nn.Linear(4, 3), lambda: layers.Dense(3), (5, 4)),
    "dense without a bias": Row(lambda: nn.Linear(4, 3, bias=False), lambda: layers.Dense(3, use_bias=False), (5, 4)),
    "dense over time": Row(lambda: nn.Linear(4, 3), lambda: layers.TimeDistributed(layers.Dense(3)), (5, 6, 4)),
    "einsum": Row(
        lambda: nn.Linear(4, 3), lambda: layers.EinsumDense("btx,xy->bty", (None, 3), bias_axes="y"), (5, 6, 4)
    ),
    "einsum, square": Row(
        lambda: nn.Linear(4, 4), lambda: layers.EinsumDense("...x,xy->...y", 4, bias_axes="y"), (5, 4)
    ),
    "einsum, kernel (out, in)": Row(
        lambda: nn.Linear(4, 4, False), lambda: layers.EinsumDense("bx,yx->by", (4,)), (5, 4)
    ),
    "einsum, into heads": Row(
        lambda: nn.Linear(4, 6),
        lambda: layers.EinsumDense("btx,xnh->btnh", (None, 2, 3), bias_axes="nh"),
        (5, 6, 4),
        torch_call=lambda layer, x: layer(x).unflatten(-1, (2, 3)),
    ),
    "einsum, into heads, kernel in another order": Row(
        lambda: nn.Linear(4, 6),
        lambda: layers.EinsumDense("btx,hxn->btnh", (None, 2, 3), bias_axes="nh"),
        (5, 6, 4),
        torch_call=lambda layer, x: layer(x).unflatten(-1, (2, 3)),
    ),
    "einsum, out of heads": Row(
        lambda: nn.Linear(6, 4),
        lambda: layers.EinsumDense("btnh,nhx->btx", (None, 4), bias_axes="x"),
        (5, 7, 2, 3),
        torch_call=lambda layer, x: layer(x.flatten(-2)),
    ),
    "convolution 1": image(lambda: nn.Conv1d(4, 6, 3), lambda: layers.Conv1D(6, 3), 2, 4, 9),
    "convolution 2": image(lambda: nn.Conv2d(4, 6, (3, 2)), lambda: layers.Conv2D(6, (3, 2)), 2, 4, 7, 8),
    "convolution 3": image(lambda: nn.Conv3d(2, 3, (3, 2, 1)), lambda: layers.Conv3D(3, (3, 2, 1)), 2, 2, 5, 6, 4),
    "convolution, strides": image(
        lambda: nn.Conv2d(4, 6, 3, stride=2, bias=False), lambda: layers.Conv2D(6, 3, 2, use_bias=False), 2, 4, 9, 8
    ),
    "convolution, groups": image(
        lambda: nn.Conv2d(4, 6, 3, groups=2), lambda: layers.Conv2D(6, 3, groups=2), 2, 4, 7, 6
    ),
    "convolution 1, groups": image(
        lambda: nn.Conv1d(4, 6, 3, groups=2), lambda: layers.Conv1D(6, 3, groups=2), 2, 4, 7
    ),
    "convolution, dilation": image(
        lambda: nn.Conv2d(4, 6, 3, dilation=2), lambda: layers.Conv2D(6, 3, dilation_rate=2), 2, 4, 9, 8
    ),
    "depthwise 1": image(
        lambda: nn.Conv1d(3, 6, 4, groups=3), lambda: layers.DepthwiseConv1D(4, depth_multiplier=2), 2, 3, 9
    ),
    "depthwise 2": image(lambda: nn.Conv2d(3, 3, (3, 2), groups=3), lambda: layers.DepthwiseConv2D((3, 2)), 2, 3, 7, 6),
    "depthwise 2, multiplied": image(
        lambda: nn.Conv2d(3, 6, 3, 2, groups=3), lambda: layers.DepthwiseConv2D(3, 2, depth_multiplier=2), 2, 3, 7, 7
    ),
    "separable 1": image(
        lambda: Stacked(nn.Conv1d(3, 6, 4, groups=3, bias=False), nn.Conv1d(6, 5, 1)),
        lambda: layers.SeparableConv1D(5, 4, depth_multiplier=2),
        *(2, 3, 9),
    ),
    "separable 2": image(
        lambda: Stacked(nn.Conv2d(3, 6, 3, groups=3, bias=False), nn.Conv2d(6, 5, 1)),
        lambda: layers.SeparableConv2D(5, 3, depth_multiplier=2),
        *(2, 3, 7, 6),
    ),
    "transposed 1": image(lambda: nn.ConvTranspose1d(4, 6, 3, 2), lambda: layers.Conv1DTranspose(6, 3, 2), 2, 4, 5),
    "transposed 2": image(lambda: nn.ConvTranspose2d(4, 6, 3, 2), lambda: layers.Conv2DTranspose(6, 3, 2), 2, 4, 5, 6),
    "transposed 3": image(
        lambda: nn.ConvTranspose3d(2, 3, 2, 2), lambda: layers.Conv3DTranspose(3, 2, 2), 2, 2, 3, 4, 3
    ),
    "batch norm": image(
        lambda: nn.BatchNorm2d(4), lambda: layers.BatchNormalization(epsilon=1e-5), 6, 4, 3, 2, tf_call=training
    ),
    "batch norm, running statistics": image(
        lambda: nn.BatchNorm2d(4).eval(), lambda: layers.BatchNormalization(epsilon=1e-5), 6, 4, 3, 2
    ),
    "batch norm, not affine": image(
        lambda: nn.BatchNorm1d(4, affine=False).eval(),
        lambda: layers.BatchNormalization(epsilon=1e-5, center=False, scale=False),
        *(6, 4),
    ),
    "layer norm": Row(lambda: nn.LayerNorm(4), lambda: layers.LayerNormalization(epsilon=1e-5), (5, 3, 4)),
    "layer norm over images": image(
        lambda: nn.LayerNorm((4, 3, 2)), lambda: layers.LayerNormalization((1, 2, 3), epsilon=1e-5), 5, 4, 3, 2
    ),
    "layer norm over time": Row(
        lambda: nn.LayerNorm((3, 4)), lambda: layers.LayerNormalization((1, 2), epsilon=1e-5), (5, 3, 4)
    ),
    "layer norm without a bias": Row(
        lambda: nn.LayerNorm(4, bias=False), lambda: layers.LayerNormalization(epsilon=1e-5, center=False), (5, 4)
    ),
    "group norm": image(lambda: nn.GroupNorm(2, 4), lambda: layers.GroupNormalization(2, epsilon=1e-5), 5, 4, 3, 2),
    "instance norm": image(
        lambda: nn.InstanceNorm2d(4, affine=True), lambda: layers.GroupNormalization(4, epsilon=1e-5), 5, 4, 3, 2
    ),
    "root mean square norm": Row(
        lambda: nn.RMSNorm(4, eps=1e-5), lambda: layers.RMSNormalization(epsilon=1e-5), (5, 3, 4)
    ),
    "embedding": Row(Embedded, lambda: layers.Embedding(7, 3), (2, 3, 3), tf_call=look_up),
    "simple recurrent": recurrent(lambda: nn.RNN(4, 6, batch_first=True), sequence(layers.SimpleRNN, 6)),
    "simple recurrent without a bias": recurrent(
        lambda: nn.RNN(4, 6, batch_first=True, bias=False), sequence(layers.SimpleRNN, 6, use_bias=False)
    ),
    "lstm": recurrent(lambda: nn.LSTM(4, 6, batch_first=True), sequence(layers.LSTM, 6)),
    "lstm without a bias": recurrent(
        lambda: nn.LSTM(4, 6, batch_first=True, bias=False), sequence(layers.LSTM, 6, use_bias=False)
    ),
    "gru": recurrent(lambda: nn.GRU(4, 6, batch_first=True), sequence(layers.GRU, 6)),
    "gru without a bias": recurrent(
        lambda: nn.GRU(4, 6, batch_first=True, bias=False), sequence(layers.GRU, 6, use_bias=False)
    ),
    "cells in a loop": recurrent(
        lambda: nn.LSTM(4, 6, batch_first=True), lambda: layers.RNN(layers.LSTMCell(6), return_sequences=True)
    ),
    "stacked cells": recurrent(
        lambda: nn.GRU(4, 6, 2, batch_first=True),
        lambda: layers.RNN([layers.GRUCell(6), layers.GRUCell(6)], return_sequences=True),
    ),
    "a single cell": Row(
        lambda: nn.GRUCell(4, 6),
        lambda: layers.GRUCell(6),
        (3, 4),
        torch_call=lambda cell, x: cell(x, torch.sin(torch.ones(3, 6))),
        tf_call=lambda cell, x: cell(x, [tf.sin(tf.ones((3, 6), tf.float64))])[0],
    ),
    "both directions": recurrent(
        lambda: nn.LSTM(4, 6, batch_first=True, bidirectional=True),
        lambda: layers.Bidirectional(layers.LSTM(6, return_sequences=True)),
    ),
    "two layers, both directions": recurrent(
        lambda: nn.GRU(4, 6, 2, batch_first=True, bidirectional=True),
        lambda: keras.Sequential([layers.Bidirectional(layers.GRU(6, return_sequences=True)) for _ in range(2)]),
    ),
    "attention": Row(
        lambda: nn.MultiheadAttention(8, 2, batch_first=True),
        lambda: layers.MultiHeadAttention(2, 4),
        (3, 5, 8),
        torch_call=attend,
        tf_call=lambda layer, x: layer(x, x),
    ),
    "attention without biases": Row(
        lambda: nn.MultiheadAttention(8, 2, bias=False, batch_first=True),
        lambda: layers.MultiHeadAttention(2, 4, use_bias=False),
        (3, 5, 8),
        torch_call=attend,
        tf_call=lambda layer, x: layer(x, x),
    ),
    "attention to others": Row(
        lambda: nn.MultiheadAttention(8, 2, kdim=6, vdim=5, batch_first=True),
        lambda: layers.MultiHeadAttention(2, 4),
        (3, 5, 8),
        torch_call=attend_to_others,
        tf_call=lambda layer, x: layer(x, key=tf.sin(x)[..., :6], value=tf.cos(x)[..., :5]),
    ),
    "attention as layers": Row(
        ThreeLinears, lambda: layers.MultiHeadAttention(2, 4), (3, 5, 8), tf_call=lambda layer, x: layer(x, x)
    ),
    "leaky rectifier that learns": image(lambda: nn.PReLU(4), lambda: layers.PReLU(shared_axes=[1, 2]), 5, 4, 3, 2),
    "leaky rectifier with one slope": image(
        lambda: nn.PReLU(), lambda: layers.PReLU(shared_axes=[1, 2, 3]), 5, 4, 3, 2
    ),
    "leaky rectifier on features": Row(lambda: nn.PReLU(4), lambda: layers.PReLU(), (5, 4)),
}


def to_tf(array, images):
    return np.ascontiguousarray(np.moveaxis(array, 1, -1)) if images else array


def torch_tensor(name, arrays):
    """The array of a name, or of a slice of its first axis."""
    name, _, rows = name.partition("[")
    return arrays[name][slice(*map(int, rows[:-1].split(":")))] if rows else arrays[name]


def paired(torch_model, tf_model):
    """Every tensor of the TensorFlow side by name, with the names of those on the other that play its role."""
    torch_units, tf_units = torch_weights.weight_groups(torch_model), tf_weights.weight_groups(tf_model)
    assert [group.kind for group in torch_units] == [group.kind for group in tf_units]
    for left, right in zip(torch_units, tf_units, strict=True):
        for role, tensor in right.tensors.items():
            assert tensor.shape == left.tensors[role.split(" + ")[0]].shape
            yield tensor, [left.tensors[part].name for part in role.split(" + ")]


def carry(torch_model, tf_model):
    """Random weights for PyTorch's model; what Keras' needs of them, by role."""
    generator, arrays = np.random.default_rng(0), {}
    for name, parameter in {
        **torch_weights.named_parameters(torch_model),
        **torch_weights.named_buffers(torch_model),
    }.items():
        arrays[name] = generator.uniform(0.2, 1, parameter.shape)
    torch_weights.load_weights(torch_model, arrays)
    pairs = {tensor.name: names for tensor, names in paired(torch_model, tf_model)}
    tf_arrays = {name: sum(torch_tensor(part, arrays) for part in parts) for name, parts in pairs.items()}
    tf_weights.load_weights(tf_model, tf_arrays)
    return pairs


def run(row, torch_model, tf_model):
    """Outputs and gradients of both sides, in canonical layout."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=row.shape)
    torch_x, tf_x = torch.tensor(x, requires_grad=True), tf.Variable(to_tf(x, row.images))
    torch_y = row.torch_call(torch_model, torch_x)
    cotangent = generator.normal(size=tuple(torch_y.shape))
    (torch_y * torch.tensor(cotangent)).sum().backward()
    with tf.GradientTape() as tape:
        tf_y = row.tf_call(tf_model, tf_x)
        loss = tf.reduce_sum(tf_y * to_tf(cotangent, row.images))
    variables = list(tf_model.trainable_variables)
    *found, tf_gradient = tape.gradient(loss, [variable.value for variable in variables] + [tf_x])
    gradients = {id(variable): gradient for variable, gradient in zip(variables, found, strict=True)}
    inputs = (torch_x.grad.numpy(), tf_gradient.numpy())
    return (torch_y.detach().numpy(), tf_y.numpy()), inputs, gradients


def near(torch_array, tf_array, images=False):
    tf_array = np.moveaxis(tf_array, -1, 1) if images else tf_array
    np.testing.assert_allclose(tf_array, torch_array, rtol=0, atol=TOLERANCE * max(1, np.abs(torch_array).max()))


def built(row):
    torch_model, tf_model = row.torch(), row.tf()
    row.tf_call(tf_model, tf.constant(to_tf(np.zeros(row.shape), row.images)))
    return torch_model, tf_model


@pytest.mark.parametrize("name", ROWS)
def test_a_layer_that_is_carried_over_computes_the_same_and_has_the_same_gradients(name):
    row = ROWS[name]
    torch_model, tf_model = built(row)
    pairs = carry(torch_model, tf_model)
    outputs, inputs, gradients = run(row, torch_model, tf_model)
    near(*outputs, row.images)
    near(*inputs, row.images)
    torch_gradients = {
        key: parameter.variable.grad.numpy() for key, parameter in torch_weights.named_parameters(torch_model).items()
    }
    for key, parameter in tf_weights.named_parameters(tf_model).items():
        near(torch_tensor(pairs[key][0], torch_gradients), parameter.canonical(gradients[id(parameter.variable)]))


def test_a_layer_that_runs_backwards_is_the_reverse_direction_of_both():
    torch_model = nn.GRU(4, 6, batch_first=True, bidirectional=True)
    tf_model = layers.Bidirectional(layers.GRU(6))
    tf_model.build((3, 5, 4))
    carry(torch_model, tf_model)
    forward, backward = tf_model.forward_layer, tf_model.backward_layer
    x = np.random.default_rng(2).normal(size=(3, 5, 4))
    last = torch_model(torch.tensor(x))[1]  # (directions, batch, hidden)
    near(last[0].detach().numpy(), forward(x).numpy())
    near(last[1].detach().numpy(), backward(x).numpy())
    assert [group.kind for group in tf_weights.weight_groups(keras.Sequential([backward]))] == ["GRU reverse"]


def test_a_gru_that_resets_before_the_product_has_pytorchs_order_of_gates_and_one_bias():
    layer, x = layers.GRU(3, reset_after=False), np.random.default_rng(3).normal(size=(2, 1, 4))
    layer(x)
    arrays = {
        name: np.random.default_rng(4).normal(size=parameter.shape)
        for name, parameter in tf_weights.named_parameters(layer).items()
    }
    tf_weights.load_weights(layer, arrays)
    state = np.random.default_rng(5).normal(size=(2, 3))
    inputs = np.split(x[:, 0] @ arrays["weight_ih"].T + arrays["bias"], 3, -1)
    hidden = np.split(arrays["weight_hh"], 3)
    reset, update = (1 / (1 + np.exp(-inputs[gate] - state @ hidden[gate].T)) for gate in (0, 1))
    new = np.tanh(inputs[2] + (reset * state) @ hidden[2].T)
    near((1 - update) * new + update * state, layer(x, initial_state=state).numpy())
    assert list(tf_weights.weight_groups(layer)[0].tensors) == ["weight_ih", "weight_hh", "bias_ih + bias_hh"]
