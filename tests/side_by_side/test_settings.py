"""Both sides describe what they are set to so that what means the same is equal, and what differs is one row."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers, losses, optimizers
from torch import nn

from compare.judging.settings import compare_settings, differences
from compare.traces.header import Header
from compare.traces.settings.values import NO_RULE
from tests.helpers.synthetic import header
from tf_impl.settings import describe as describe_tf
from torch_impl.settings import describe as describe_torch

IMAGE, VECTOR, TOKENS, SERIES = (8, 8, 4), (6,), (5,), (5, 4)
L2 = keras.regularizers.L2(0.1)


def unlike(torch_rows, tf_rows, pairs=None):
    """The settings that differ."""
    return {row.setting for row in differences(compare_settings(torch_rows, tf_rows, pairs or {}))}


def unlike_layers(torch_layer, tf_layer, shape):
    """The same for one layer on each side, the Keras one built for `shape`."""
    keras_model = keras.Sequential([keras.Input(shape), tf_layer])
    torch_rows = [row for row in describe_torch(nn.Sequential(torch_layer), None) if row.subject == "0"]
    tf_rows = [row for row in describe_tf(keras_model, None) if row.subject == tf_layer.name]
    assert torch_rows
    assert tf_rows
    return unlike(torch_rows, tf_rows, {tf_layer.name: "0"})


BATCH_NORM = functools.partial(layers.BatchNormalization, epsilon=1e-5, momentum=0.9)
LAYERS_THAT_MATCH = [
    (nn.Linear(6, 3), lambda: layers.Dense(3), VECTOR),
    (nn.Linear(6, 3, bias=False), lambda: layers.Dense(3, use_bias=False), VECTOR),
    (nn.Conv2d(4, 6, 3), lambda: layers.Conv2D(6, 3), IMAGE),
    (nn.Conv2d(4, 6, (3, 5), padding=(1, 2)), lambda: layers.Conv2D(6, (3, 5), padding="same"), IMAGE),
    (nn.Conv2d(4, 6, 3, padding="same"), lambda: layers.Conv2D(6, 3, padding="same"), IMAGE),
    (nn.Conv2d(4, 6, 2, padding="same"), lambda: layers.Conv2D(6, 2, padding="same"), IMAGE),
    (nn.Conv2d(4, 6, 3, padding=2, dilation=2), lambda: layers.Conv2D(6, 3, padding="same", dilation_rate=2), IMAGE),
    (nn.Conv2d(4, 6, 3, stride=2, padding=1), lambda: layers.Conv2D(6, 3, 2, padding="same"), (9, 9, 4)),
    (nn.Conv2d(4, 6, 3, groups=2, bias=False), lambda: layers.Conv2D(6, 3, groups=2, use_bias=False), IMAGE),
    (nn.Conv2d(4, 8, 3, groups=4), lambda: layers.DepthwiseConv2D(3, depth_multiplier=2), IMAGE),
    (nn.Conv1d(4, 6, 3, stride=2), lambda: layers.Conv1D(6, 3, strides=2), SERIES),
    (nn.ConvTranspose2d(4, 6, 3), lambda: layers.Conv2DTranspose(6, 3), IMAGE),
    (nn.ConvTranspose2d(4, 6, 4, 2, padding=1), lambda: layers.Conv2DTranspose(6, 4, 2, padding="same"), IMAGE),
    (nn.ConvTranspose2d(4, 6, 2, 3, output_padding=1), lambda: layers.Conv2DTranspose(6, 2, 3), IMAGE),
    (nn.MaxPool2d(2), lambda: layers.MaxPooling2D(2), IMAGE),
    (nn.MaxPool2d(3, 1, padding=1), lambda: layers.MaxPooling2D(3, 1, padding="same"), IMAGE),
    (nn.MaxPool2d(2), lambda: layers.MaxPooling2D(2, padding="same"), IMAGE),  # 8 is even: nothing to pad
    (
        nn.AvgPool2d(3, 1, padding=1, count_include_pad=False),
        lambda: layers.AveragePooling2D(3, 1, padding="same"),
        IMAGE,
    ),
    (nn.AvgPool1d(2), lambda: layers.AveragePooling1D(2), SERIES),
    (nn.LayerNorm(6), lambda: layers.LayerNormalization(epsilon=1e-5), VECTOR),
    (nn.LayerNorm((5, 4)), lambda: layers.LayerNormalization(axis=(1, 2), epsilon=1e-5), SERIES),
    (nn.GroupNorm(2, 4), lambda: layers.GroupNormalization(2, epsilon=1e-5), IMAGE),
    (nn.InstanceNorm2d(4, affine=True), lambda: layers.GroupNormalization(-1, epsilon=1e-5), IMAGE),
    (nn.RMSNorm(6, eps=1e-6), lambda: layers.RMSNormalization(), VECTOR),
    (nn.Dropout(0.3), lambda: layers.Dropout(0.3), VECTOR),
    (nn.Dropout2d(0.3), lambda: layers.SpatialDropout2D(0.3), IMAGE),
    (nn.Embedding(9, 3), lambda: layers.Embedding(9, 3), TOKENS),
    (nn.GRU(4, 3, batch_first=True), lambda: layers.GRU(3), SERIES),
    (nn.GRU(4, 3, bias=False, batch_first=True), lambda: layers.GRU(3, use_bias=False), SERIES),
    (nn.GRU(4, 3, batch_first=True, bidirectional=True), lambda: layers.Bidirectional(layers.GRU(3)), SERIES),
    (nn.LSTM(4, 3, bias=False, batch_first=True), lambda: layers.LSTM(3, use_bias=False), SERIES),
    (nn.RNN(4, 3, bias=False, batch_first=True), lambda: layers.SimpleRNN(3, use_bias=False), SERIES),
    (
        nn.LSTM(4, 3, bias=False, batch_first=True),
        lambda: layers.RNN(layers.LSTMCell(3, use_bias=False)),
        SERIES,
    ),
    (nn.ReLU(), lambda: layers.ReLU(), VECTOR),
    (nn.ReLU6(), lambda: layers.Activation("relu6"), VECTOR),
    (nn.ReLU6(), lambda: layers.ReLU(max_value=6), VECTOR),
    (nn.LeakyReLU(0.2), lambda: layers.Activation("leaky_relu"), VECTOR),
    (nn.LeakyReLU(), lambda: layers.LeakyReLU(0.01), VECTOR),
    (nn.ELU(), lambda: layers.ELU(), VECTOR),
    (nn.GELU(), lambda: layers.Activation("gelu"), VECTOR),
    (nn.Softplus(), lambda: layers.Activation("softplus"), VECTOR),
    (nn.Hardtanh(), lambda: layers.Activation("hard_tanh"), VECTOR),
    (nn.Softmax(1), lambda: layers.Softmax(), VECTOR),
    (nn.Softmax(1), lambda: layers.Softmax(), IMAGE),
    (nn.Softmax(-1), lambda: layers.Softmax(), SERIES),
    (nn.PReLU(6), lambda: layers.PReLU(), VECTOR),
    (nn.Upsample(scale_factor=2), lambda: layers.UpSampling2D(2), IMAGE),
    (nn.Upsample(scale_factor=2, mode="bilinear"), lambda: layers.UpSampling2D(2, interpolation="bilinear"), IMAGE),
    (nn.Flatten(), lambda: layers.Flatten(), IMAGE),
    (nn.AdaptiveAvgPool2d(1), lambda: layers.GlobalAveragePooling2D(), IMAGE),
    (nn.Identity(), lambda: layers.Identity(), VECTOR),
]


def name_of(value):
    return repr(value) if isinstance(value, nn.Module) else ""


@pytest.mark.parametrize(("torch_layer", "tf_layer", "shape"), LAYERS_THAT_MATCH, ids=name_of)
def test_a_layer_that_is_ported_rightly_differs_in_nothing(torch_layer, tf_layer, shape):
    assert unlike_layers(torch_layer, tf_layer(), shape) == set()


ONE_SETTING_OFF = [
    ("bias", nn.Linear(6, 3, bias=False), lambda: layers.Dense(3), VECTOR),
    ("kernel_regularizer", nn.Linear(6, 3), lambda: layers.Dense(3, kernel_regularizer=L2), VECTOR),
    ("trainable", nn.Linear(6, 3), lambda: layers.Dense(3, trainable=False), VECTOR),
    ("kernel_size", nn.Conv2d(4, 6, (3, 1)), lambda: layers.Conv2D(6, (1, 3)), IMAGE),
    ("stride", nn.Conv2d(4, 6, 3, stride=2), lambda: layers.Conv2D(6, 3), IMAGE),
    ("padding", nn.Conv2d(4, 6, 3, padding=1), lambda: layers.Conv2D(6, 3), IMAGE),
    ("padding", nn.Conv2d(4, 6, 3, stride=2, padding=1), lambda: layers.Conv2D(6, 3, 2, padding="same"), IMAGE),
    ("padding", nn.Conv1d(4, 6, 3, padding=1), lambda: layers.Conv1D(6, 3, padding="causal"), SERIES),
    ("dilation", nn.Conv2d(4, 6, 3, dilation=2), lambda: layers.Conv2D(6, 3), IMAGE),
    ("groups", nn.Conv2d(4, 6, 3, groups=2), lambda: layers.Conv2D(6, 3), IMAGE),
    (
        "padding_mode",
        nn.Conv2d(4, 6, 3, padding=1, padding_mode="reflect"),
        lambda: layers.Conv2D(6, 3, padding="same"),
        IMAGE,
    ),
    (
        "ceil_mode",
        nn.MaxPool2d(2, ceil_mode=True),
        lambda: layers.MaxPooling2D(2),
        IMAGE,
    ),
    ("dilation", nn.MaxPool2d(2, dilation=2), lambda: layers.MaxPooling2D(2), IMAGE),
    ("padding", nn.MaxPool2d(3, 2, padding=1), lambda: layers.MaxPooling2D(3, 2, padding="same"), IMAGE),
    ("count_include_pad", nn.AvgPool2d(3, 1, 1), lambda: layers.AveragePooling2D(3, 1, padding="same"), IMAGE),
    ("eps", nn.LayerNorm(6), lambda: layers.LayerNormalization(), VECTOR),
    ("axes", nn.LayerNorm((5, 4)), lambda: layers.LayerNormalization(epsilon=1e-5), SERIES),
    ("weight", nn.LayerNorm(6), lambda: layers.LayerNormalization(epsilon=1e-5, scale=False), VECTOR),
    ("groups", nn.GroupNorm(4, 4), lambda: layers.GroupNormalization(2, epsilon=1e-5), IMAGE),
    ("eps", nn.RMSNorm(6), lambda: layers.RMSNormalization(), VECTOR),
    ("p", nn.Dropout(0.5), lambda: layers.Dropout(0.3), VECTOR),
    ("kind", nn.Dropout2d(0.3), lambda: layers.Dropout(0.3), IMAGE),
    ("padding_idx", nn.Embedding(9, 3, padding_idx=0), lambda: layers.Embedding(9, 3), TOKENS),
    ("mask_zero", nn.Embedding(9, 3), lambda: layers.Embedding(9, 3, mask_zero=True), TOKENS),
    ("max_norm", nn.Embedding(9, 3, max_norm=1.0), lambda: layers.Embedding(9, 3), TOKENS),
    ("biases", nn.LSTM(4, 3, batch_first=True), lambda: layers.LSTM(3), SERIES),
    ("batch_first", nn.GRU(4, 3), lambda: layers.GRU(3), SERIES),
    ("recurrent dropout", nn.GRU(4, 3, batch_first=True), lambda: layers.GRU(3, recurrent_dropout=0.1), SERIES),
    ("reversed", nn.GRU(4, 3, batch_first=True), lambda: layers.GRU(3, go_backwards=True), SERIES),
    (
        "reset gate",
        nn.GRU(4, 3, bias=False, batch_first=True),
        lambda: layers.GRU(3, use_bias=False, reset_after=False),
        SERIES,
    ),
    (
        "activation",
        nn.RNN(4, 3, nonlinearity="relu", bias=False, batch_first=True),
        lambda: layers.SimpleRNN(3, use_bias=False),
        SERIES,
    ),
    (
        "merge of directions",
        nn.GRU(4, 3, batch_first=True, bidirectional=True),
        lambda: layers.Bidirectional(layers.GRU(3), merge_mode="sum"),
        SERIES,
    ),
    ("negative_slope", nn.LeakyReLU(), lambda: layers.LeakyReLU(), VECTOR),
    ("negative_slope", nn.LeakyReLU(), lambda: layers.Activation("leaky_relu"), VECTOR),
    ("alpha", nn.ELU(0.5), lambda: layers.ELU(), VECTOR),
    ("approximate", nn.GELU("tanh"), lambda: layers.Activation("gelu"), VECTOR),
    ("beta", nn.Softplus(2), lambda: layers.Activation("softplus"), VECTOR),
    ("dim", nn.Softmax(1), lambda: layers.Softmax(), SERIES),
    ("max_val", nn.ReLU(), lambda: layers.ReLU(max_value=4), VECTOR),
    ("kind", nn.Tanh(), lambda: layers.Activation("sigmoid"), VECTOR),
    ("mode", nn.Upsample(scale_factor=2, mode="bilinear"), lambda: layers.UpSampling2D(2), IMAGE),
    (
        "align_corners",
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
        lambda: layers.UpSampling2D(2, interpolation="bilinear"),
        IMAGE,
    ),
]


@pytest.mark.parametrize(("setting", "torch_layer", "tf_layer", "shape"), ONE_SETTING_OFF, ids=name_of)
def test_one_setting_that_is_off_is_one_row(setting, torch_layer, tf_layer, shape):
    assert unlike_layers(torch_layer, tf_layer(), shape) == {setting}


@pytest.mark.parametrize(
    ("setting", "change"), [("eps", {"epsilon": 1e-3}), ("momentum", {"momentum": 0.99}), ("bias", {"center": False})]
)
def test_a_batch_norm_differs_in_its_running_variance_always_and_in_what_is_off(setting, change):
    assert unlike_layers(nn.BatchNorm2d(4), BATCH_NORM(), IMAGE) == {"running variance"}
    assert unlike_layers(nn.BatchNorm2d(4), BATCH_NORM(**change), IMAGE) == {"running variance", setting}


def test_a_momentum_is_told_as_it_would_be_written_for_pytorch():
    rows = describe_tf(keras.Sequential([BATCH_NORM()]), None)
    assert [row.value for row in rows if row.setting == "momentum"] == [0.1]


def test_the_running_variance_of_both_sides_is_as_described():
    x = np.random.default_rng(0).normal(size=(5, 3))
    torch_norm, tf_norm = nn.BatchNorm1d(3), BATCH_NORM()
    torch_norm(torch.tensor(x))
    tf_norm(tf.constant(x), training=True)
    np.testing.assert_allclose(torch_norm.running_var.numpy(), 0.9 + 0.1 * x.var(0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(tf_norm.moving_variance.numpy(), 0.9 + 0.1 * x.var(0), rtol=1e-7)


def test_a_batch_norm_over_the_width_is_seen():
    assert "num_features" in unlike_layers(nn.BatchNorm2d(4), BATCH_NORM(axis=1), IMAGE)
    for right in (3, -1):
        assert unlike_layers(nn.BatchNorm2d(4), BATCH_NORM(axis=right), IMAGE) == {"running variance"}


CUBE = (5, 5, 5)  # all axes are of one size: only what stands around says which are the channels


def chain(*parts):
    """A functional model of layers or functions in a row, whose normalisation is called "norm"."""
    x = given = keras.Input(CUBE)
    for part in parts:
        x = part(x)
    return keras.Model(given, x)


def means(*axes):
    return lambda x: keras.ops.mean(x, axes)


def pooled(order):
    return layers.GlobalAveragePooling2D(data_format=order)


class Subclassed(keras.Model):
    """A model whose calls are not known: its layers are looked at in their order."""

    def __init__(self, norm, order):
        super().__init__()
        self.norm, self.pool = norm, pooled(order)

    def call(self, x):
        return self.pool(self.norm(x))


def called(model):
    model(np.zeros((2, *CUBE)))
    return model


FIRST, LAST = "channels_first", "channels_last"
AROUND_A_NORM = [
    (FIRST, lambda norm: chain(norm, layers.ReLU(), pooled(FIRST))),
    (LAST, lambda norm: chain(norm, layers.ReLU(), pooled(LAST))),
    (FIRST, lambda norm: chain(layers.ZeroPadding2D(0, data_format=FIRST), norm)),
    (LAST, lambda norm: chain(layers.Conv2D(5, 1), norm, layers.Flatten())),
    (FIRST, lambda norm: chain(norm, means(2, 3))),
    (LAST, lambda norm: chain(norm, means(-2, -3))),
    (FIRST, lambda norm: chain(layers.ReLU(), norm, layers.Flatten(FIRST))),
    (
        LAST,
        lambda norm: chain(layers.ZeroPadding2D(0, data_format=FIRST), layers.Permute((2, 3, 1)), norm, means(1, 2)),
    ),
    (FIRST, lambda norm: called(Subclassed(norm, FIRST))),
    (LAST, lambda norm: called(Subclassed(norm, LAST))),
]


@pytest.mark.parametrize(("order", "model"), AROUND_A_NORM)
@pytest.mark.parametrize(
    ("torch_norm", "make"),
    [
        (nn.BatchNorm2d(5), BATCH_NORM),
        (nn.GroupNorm(5, 5), functools.partial(layers.GroupNormalization, 5, epsilon=1e-5)),
    ],
)
def test_an_axis_is_judged_by_the_order_that_the_layers_around_work_with(order, model, torch_norm, make):
    right, wrong = (1, -1) if order == FIRST else (-1, 1)
    torch_rows = describe_torch(nn.Sequential(torch_norm), None)
    rows = {axis: describe_tf(model(make(axis=axis, name="norm")), None) for axis in (right, wrong, 2)}
    assert "axis" not in unlike(torch_rows, rows[right], {"norm": "0"})
    assert "axis" in unlike(torch_rows, rows[wrong], {"norm": "0"})
    assert "axis" in unlike(torch_rows, rows[2], {"norm": "0"})


def test_an_axis_that_nothing_around_explains_has_no_row():
    for axis in (1, -1):
        model = chain(BATCH_NORM(axis=axis, name="norm"), layers.ReLU())
        assert "axis" not in unlike(
            describe_torch(nn.Sequential(nn.BatchNorm2d(5)), None), describe_tf(model, None), {"norm": "0"}
        )


def attention_settings(**change):
    torch_layer = nn.MultiheadAttention(8, 2, batch_first=True)
    tf_layer = layers.MultiHeadAttention(**({"num_heads": 2, "key_dim": 4} | change))
    x = keras.Input((5, 8))
    model = keras.Model(x, tf_layer(x, x))
    torch_rows = describe_torch(nn.Sequential(torch_layer), None)
    return unlike(torch_rows, describe_tf(model, None), {tf_layer.name: "0"})


def test_attention_is_told_by_its_heads():
    assert attention_settings() == set()
    assert attention_settings(key_dim=8) == {"head size", "value head size", "parameters", "trainable parameters"}
    assert attention_settings(dropout=0.1) == {"dropout"}


class TorchNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.ZeroPad2d(1), nn.Conv2d(4, 6, 3, stride=2), nn.ReLU())
        self.norm = nn.BatchNorm2d(6)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        return self.head(self.norm(self.body(x)).mean((2, 3)))


class OwnNorm(layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=training, mask=mask)


class TfNet(keras.Model):
    def __init__(self, activation="relu"):
        super().__init__()
        stem = [layers.ZeroPadding2D(1), layers.Conv2D(6, 3, strides=2, activation=activation)]
        self.body = keras.Sequential(stem)
        self.norm = OwnNorm(epsilon=1e-5, momentum=0.9)
        self.head = layers.Dense(3)

    def call(self, x):
        return self.head(keras.ops.mean(self.norm(self.body(x)), (1, 2)))


def nets(**change):
    torch_net, tf_net = TorchNet(), TfNet(**change)
    tf_net(np.zeros((1, 8, 8, 4)))
    convolution = tf_net.body.layers[1]
    return torch_net, tf_net, {f"body.{convolution.name}": "body.1", "norm": "norm", "head": "head"}


def sides(torch_net, tf_net):
    torch_rows = describe_torch(torch_net, torch.optim.SGD(torch_net.parameters(), lr=0.1), nn.MSELoss())
    return torch_rows, describe_tf(tf_net, optimizers.SGD(0.1), losses.MeanSquaredError())


def test_a_matching_pair_of_models_differs_in_nothing_and_both_are_plain_values():
    torch_net, tf_net, pairs = nets()
    rows = sides(torch_net, tf_net)
    assert unlike(*rows, pairs) == set()
    assert len(compare_settings(*rows, pairs)) > 30
    for said in map(tuple, rows):
        assert Header.from_json(header(settings=said).to_json()).settings == said


def test_a_network_says_padding_before_a_layer_and_activations_behind_it():
    torch_net, tf_net, pairs = nets(activation="leaky_relu")
    rows = compare_settings(*sides(torch_net, tf_net), pairs)
    assert [(row.subject, row.setting, row.torch, row.tf) for row in differences(rows)] == [
        ("body.1", "activation", "ReLU", "LeakyReLU(negative_slope=0.2)")
    ]
    assert next(row.tf for row in rows if row.setting == "padding") == [1, 1]


def test_what_is_frozen_on_one_side_is_seen_in_the_layer_and_in_the_model():
    torch_net, tf_net, pairs = nets()
    torch_net.head.requires_grad_(False)
    assert unlike(*sides(torch_net, tf_net), pairs) == {"trainable", "trainable parameters"}
    tf_net.head.trainable = False
    assert unlike(*sides(torch_net, tf_net), pairs) == set()
    torch_net.head.weight.requires_grad_(True)
    partly = [row for row in describe_torch(torch_net, None) if row.value == "partly"]
    assert [(row.subject, row.setting) for row in partly] == [("head", "trainable")]


def test_a_layer_too_many_is_seen_in_the_count_of_parameters():
    torch_net, tf_net, pairs = nets()
    torch_net.extra = nn.Linear(2, 2)
    rows = compare_settings(*sides(torch_net, tf_net), pairs)
    assert {row.setting: (row.torch - row.tf) for row in differences(rows)} == {
        "parameters": 6,
        "trainable parameters": 6,
    }


def test_a_layer_that_prepares_the_inputs_is_a_setting_of_the_model():
    torch_net = nn.Sequential(nn.Linear(3, 2))
    tf_net = keras.Sequential([keras.Input((3,)), layers.Rescaling(1 / 4, -1), layers.Dense(2, name="0")])
    rows = compare_settings(describe_torch(torch_net, None), describe_tf(tf_net, None), {"0": "0"})
    [row] = [row for row in differences(rows) if row.subject == "model"]
    assert (row.setting, row.torch, row.tf) == ("preprocessing", None, "Rescaling(scale=0.25, offset=-1)")
    assert "do the same to the batches" in row.note


def test_the_precision_of_both_sides_is_told():
    torch_net, tf_net, pairs = nets()
    torch_net.float()
    keras.config.set_floatx("float32")
    assert unlike(*sides(torch_net, tf_net), pairs) >= {"default dtype", "dtype of weights", "compute dtype"}


class Strange(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads, self.scale, self.secret = 4, 0.5, object()


def one_activation(torch_net, *tf_layers):
    """The rows on the activation of the first layer, of a chain on each side."""
    tf_net = keras.Sequential([keras.Input(IMAGE), *tf_layers])
    rows = compare_settings(describe_torch(torch_net, None), describe_tf(tf_net, None), {tf_layers[0].name: "0"})
    return [(row.torch, row.tf) for row in differences(rows) if row.setting == "activation"]


CONVOLUTION = nn.Conv2d(4, 6, 3)


@pytest.mark.parametrize(
    ("torch_net", "tf_layers", "expected"),
    [
        ([], [layers.Conv2D(6, 3, activation="softmax")], [("none", "Softmax")]),
        ([], [layers.Conv2D(6, 3), layers.Activation("sigmoid")], [("none", "Sigmoid")]),
        ([nn.BatchNorm2d(6)], [layers.Conv2D(6, 3, activation="elu")], [("none", "ELU(alpha=1.0)")]),
        ([nn.MaxPool2d(2), nn.Conv2d(6, 2, 1)], [layers.Conv2D(6, 3, activation="tanh")], [("none", "Tanh")]),
        ([nn.Softmax(1)], [layers.Conv2D(6, 3)], [("Softmax", "none")]),
        ([nn.ReLU()], [layers.Conv2D(6, 3), layers.BatchNormalization()], [("ReLU", "none")]),
        ([nn.ReLU()], [layers.Conv2D(6, 3), layers.MaxPooling2D(2), layers.Flatten()], [("ReLU", "none")]),
    ],
)
def test_an_activation_on_one_side_only_is_a_row(torch_net, tf_layers, expected):
    assert one_activation(nn.Sequential(CONVOLUTION, *torch_net), *tf_layers) == expected


@pytest.mark.parametrize(
    ("torch_net", "tf_layers"),
    [
        ([nn.Dropout(), nn.ReLU()], [layers.Conv2D(6, 3, activation="relu"), layers.Dropout(0.5)]),
        ([nn.ReLU(), nn.MaxPool2d(2)], [layers.Conv2D(6, 3), layers.MaxPooling2D(2), layers.ReLU()]),
        ([], [layers.Conv2D(6, 3)]),
        ([Strange()], [layers.Conv2D(6, 3, activation="relu")]),
        ([nn.ReLU()], [layers.Conv2D(6, 3), layers.Lambda(tf.nn.relu)]),
    ],
)
def test_an_activation_that_may_be_elsewhere_has_no_row(torch_net, tf_layers):
    assert one_activation(nn.Sequential(CONVOLUTION, *torch_net), *tf_layers) == []


def test_behind_the_last_layer_of_a_chain_inside_a_model_a_function_may_be_called():
    inside = nn.ModuleDict({"body": nn.Sequential(nn.Linear(6, 4))})
    assert not [row for row in describe_torch(inside, None) if row.setting == "activation"]
    body = keras.Sequential([keras.Input(VECTOR), layers.Dense(4)])
    outside = keras.Sequential([keras.Input(VECTOR), body, layers.Softmax()])
    assert not [row for row in describe_tf(outside, None) if row.setting == "activation"]


class StrangeLayer(layers.Layer):
    def __init__(self, heads):
        super().__init__()
        self.heads, self.other = heads, "x"

    def call(self, x):
        return x


def test_layers_that_nobody_knows_are_compared_by_the_attributes_that_both_have():
    assert unlike_layers(Strange(), StrangeLayer(4), VECTOR) == set(), "a name of one's own says no formula"
    assert unlike_layers(Strange(), StrangeLayer(3), VECTOR) == {"self.heads"}


class Hostile(nn.Module):
    def named_modules(self, *args, **kwargs):
        raise RuntimeError("no")

    parameters = property(lambda self: 1 / 0)


def test_what_cannot_be_read_is_left_out_and_nothing_raises():
    known = {"kind", NO_RULE}
    assert {row.setting for row in describe_torch(Hostile(), object(), object())} <= known
    assert {row.setting for row in describe_tf(object(), object(), object())} <= known


def test_zeros_that_a_layer_before_adds_unevenly_are_no_number():
    torch_net = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(4, 6, 3, stride=2))
    tf_net = keras.Sequential([keras.Input(IMAGE), layers.ZeroPadding2D(((0, 1), (0, 1))), layers.Conv2D(6, 3, 2)])
    same = keras.Sequential([keras.Input(IMAGE), layers.Conv2D(6, 3, 2, padding="same")])
    for model in (tf_net, same):
        rows = compare_settings(describe_torch(torch_net, None), describe_tf(model, None), {model.layers[-1].name: "1"})
        assert [row.tf for row in rows if row.setting == "padding"] == ["same (extra padding after)"]
        assert differences(rows) == []


@pytest.mark.parametrize("normalised", [nn.utils.parametrizations.spectral_norm, nn.utils.spectral_norm])
@pytest.mark.filterwarnings("ignore")
def test_what_keras_spectral_normalisation_does_to_its_kernel_is_another_training(normalised):
    tf_net = keras.Sequential([keras.Input((3,)), layers.SpectralNormalization(layers.Dense(2)), layers.Dense(2)])
    torch_net = nn.Sequential(normalised(nn.Linear(3, 2)), nn.Linear(2, 2))
    [row] = [
        row
        for row in differences(compare_settings(describe_torch(torch_net, None), describe_tf(tf_net, None), {}))
        if row.setting == "spectral norm"
    ]
    assert "with a gradient" in row.torch
    assert "without a gradient" in row.tf
    assert "another training" in row.note


def test_a_module_that_prepares_the_inputs_is_one_too():
    class Normalize(nn.Module):  # torchvision's, by its name
        def extra_repr(self):
            return "mean=[0.5]"

    torch_net = nn.Sequential(Normalize(), nn.Linear(3, 2))
    tf_net = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="1")])
    rows = compare_settings(describe_torch(torch_net, None), describe_tf(tf_net, None), {"1": "1"})
    [row] = [row for row in differences(rows) if row.subject == "model"]
    assert (row.setting, row.torch, row.tf) == ("preprocessing", "Normalize(mean=[0.5])", None)
