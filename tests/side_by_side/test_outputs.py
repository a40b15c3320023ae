"""What corresponding layers put out is the same array on both sides."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers
from torch import nn

from tests.side_by_side.test_layer_rules import carry
from tf_impl.weights.layers import output_to_canonical as tf_output
from tf_impl.weights.layers import own_activation
from torch_impl.weights.layers import output_to_canonical as torch_output

IMAGE = (2, 4, 6, 5)  # N, C, H, W
SERIES = (2, 4, 6)  # N, C, L
VOLUME = (2, 4, 6, 5, 3)
FEATURES_LAST = (2, 6, 5, 4)


def native(array):
    return np.moveaxis(array, 1, -1)


@pytest.mark.parametrize(
    ("torch_layer", "tf_layer", "shape"),
    [
        (nn.Conv1d(4, 3, 3), layers.Conv1D(3, 3), SERIES),
        (nn.Conv2d(4, 3, 3), layers.Conv2D(3, 3), IMAGE),
        (nn.Conv3d(4, 3, 2), layers.Conv3D(3, 2), VOLUME),
        (nn.ConvTranspose1d(4, 3, 2), layers.Conv1DTranspose(3, 2), SERIES),
        (nn.MaxPool1d(2), layers.MaxPooling1D(2), SERIES),
        (nn.AvgPool2d(2), layers.AveragePooling2D(2), IMAGE),
        (nn.AdaptiveAvgPool1d(1), layers.GlobalAveragePooling1D(), SERIES),
        (nn.AdaptiveAvgPool2d(1), layers.GlobalAveragePooling2D(), IMAGE),
        (nn.AdaptiveMaxPool2d(1), layers.GlobalMaxPooling2D(keepdims=True), IMAGE),
        (nn.Upsample(scale_factor=2), layers.UpSampling2D(2), IMAGE),
        (nn.ZeroPad1d(1), layers.ZeroPadding1D(1), SERIES),
        (nn.BatchNorm1d(4).eval(), layers.BatchNormalization(epsilon=1e-5), SERIES),
        (nn.BatchNorm2d(4).eval(), layers.BatchNormalization(epsilon=1e-5), IMAGE),
        (nn.BatchNorm3d(4).eval(), layers.BatchNormalization(epsilon=1e-5), VOLUME),
        (nn.GroupNorm(2, 4), layers.GroupNormalization(2, epsilon=1e-5), SERIES),
        (nn.LayerNorm(IMAGE[1:]), layers.LayerNormalization((1, 2, 3), epsilon=1e-5), IMAGE),
        (nn.ReLU(), layers.ReLU(), IMAGE),
        (nn.ReLU(), layers.Activation("relu"), VOLUME),
    ],
    ids=lambda value: type(value).__name__,
)
def test_images_of_one_two_and_three_dimensions_have_the_channels_first(torch_layer, tf_layer, shape):
    x = np.random.default_rng(0).normal(size=shape)
    tf_layer = type(tf_layer).from_config(tf_layer.get_config() | {"dtype": "float64"})
    torch_layer, y = torch_layer.double(), tf_layer(native(x))
    carry(torch_layer, tf_layer)
    expected = torch_output(torch_layer, torch_layer(torch.tensor(x)))
    np.testing.assert_allclose(tf_output(tf_layer, tf_layer(native(x))), expected, atol=1e-12)
    assert tf.is_tensor(y)


@pytest.mark.parametrize("make", ["dense", "norm", "rms"])
def test_features_that_stand_last_in_pytorch_too_stay_where_they_are(make):
    torch_layer, tf_layer = {
        "dense": lambda: (nn.Linear(4, 3), layers.Dense(3)),
        "norm": lambda: (nn.LayerNorm(4), layers.LayerNormalization(epsilon=1e-5)),
        "rms": lambda: (nn.RMSNorm(4, eps=1e-5), layers.RMSNormalization(epsilon=1e-5)),
    }[make]()
    x = np.random.default_rng(0).normal(size=FEATURES_LAST)
    tf_layer(x)
    carry(torch_layer, tf_layer)
    expected = torch_output(torch_layer, torch_layer(torch.tensor(x)))
    np.testing.assert_allclose(tf_output(tf_layer, tf_layer(x)), expected, atol=1e-12)


def test_a_layer_that_works_on_channels_first_already_is_left_alone():
    pool = layers.MaxPooling2D(2, data_format="channels_first")
    assert tf_output(pool, tf.zeros((2, 4, 6, 8))).shape == (2, 4, 6, 8)


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_recurrent_layer_puts_out_the_state_that_it_ends_with(return_sequences, both, batch_first):
    torch_layer = nn.LSTM(4, 3, batch_first=batch_first, bidirectional=both)
    tf_layer = layers.LSTM(3, return_sequences=return_sequences)
    tf_layer = layers.Bidirectional(tf_layer) if both else tf_layer
    x = np.random.default_rng(0).normal(size=(2, 5, 4))
    tf_layer(x)
    carry(torch_layer, tf_layer)
    expected = torch_output(torch_layer, torch_layer(torch.tensor(x if batch_first else x.swapaxes(0, 1))))
    assert expected.shape == (2, 6 if both else 3)
    np.testing.assert_allclose(tf_output(tf_layer, tf_layer(x)), expected, atol=1e-12)


@pytest.mark.parametrize("stacked", [1, 2])
def test_of_stacked_recurrent_layers_the_last_one_counts(stacked):
    torch_layer = nn.GRU(4, 3, stacked, batch_first=True)
    output = torch_layer(torch.ones(2, 5, 4))
    np.testing.assert_array_equal(torch_output(torch_layer, output), output[0][:, -1].detach().numpy())


def test_a_packed_sequence_ends_where_it_ends():
    layer, x = nn.GRU(4, 3, batch_first=True), torch.ones(2, 5, 4)
    packed = nn.utils.rnn.pack_padded_sequence(x, [5, 2], batch_first=True)
    expected = np.stack([layer(x)[0][0, -1].detach().numpy(), layer(x[1:, :2])[0][0, -1].detach().numpy()])
    np.testing.assert_allclose(torch_output(layer, layer(packed)), expected, atol=1e-12)


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("both", [False, True])
def test_a_masked_sequence_ends_where_a_packed_one_does(return_sequences, both):
    torch_layer = nn.GRU(4, 3, batch_first=True, bidirectional=both)
    tf_layer = layers.GRU(3, return_sequences=return_sequences)
    tf_layer = layers.Bidirectional(tf_layer) if both else tf_layer
    x, mask = np.random.default_rng(0).normal(size=(2, 5, 4)), np.arange(5) < [[5], [2]]
    tf_layer(x, mask=mask)
    carry(torch_layer, tf_layer)
    packed = nn.utils.rnn.pack_padded_sequence(torch.tensor(x), [5, 2], batch_first=True)
    expected = torch_output(torch_layer, torch_layer(packed))
    np.testing.assert_allclose(tf_output(tf_layer, tf_layer(x, mask=mask), mask), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("torch_cell", "tf_cell"),
    [(nn.GRUCell(4, 3), layers.GRUCell(3)), (nn.LSTMCell(4, 3), layers.LSTMCell(3)), (nn.RNNCell(4, 3), None)],
)
def test_a_recurrent_cell_puts_out_its_state_and_not_what_goes_into_its_tanh(torch_cell, tf_cell):
    tf_cell = tf_cell or layers.SimpleRNNCell(3)
    x, zeros = np.ones((2, 4), np.float32), tf.zeros((2, 3))
    output, _ = tf_cell(x, [zeros] * (2 if isinstance(tf_cell, layers.LSTMCell) else 1))
    assert own_activation(tf_cell) is None
    assert own_activation(_built(layers.Dense(3, "tanh"))) is not None
    assert tf_output(tf_cell, output).shape == torch_output(torch_cell, torch_cell(torch.tensor(x))).shape == (2, 3)


def _built(layer):
    layer.build((None, 4))
    return layer


def test_directions_that_are_merged_in_another_way_have_no_counterpart():
    layer = layers.Bidirectional(layers.LSTM(3), merge_mode="sum")
    assert tf_output(layer, layer(np.zeros((2, 5, 4)))) is None


@pytest.mark.parametrize("batch_first", [False, True])
def test_attention_has_its_batches_first(batch_first):
    torch_layer, tf_layer = nn.MultiheadAttention(8, 2, batch_first=batch_first), layers.MultiHeadAttention(2, 4)
    x = np.random.default_rng(0).normal(size=(3, 5, 8))
    tf_layer(x, x)
    carry(torch_layer, tf_layer)
    torch_x = torch.tensor(x if batch_first else x.swapaxes(0, 1))
    expected = torch_output(torch_layer, torch_layer(torch_x, torch_x, torch_x))
    output = tf_layer(x, x, return_attention_scores=True)
    np.testing.assert_allclose(tf_output(tf_layer, output), expected, atol=1e-12)


def test_the_first_tensor_counts_however_deep_and_none_is_none():
    layer, values = nn.Identity(), torch.ones(2)
    for output in (values, (values, 1), {"a": None, "b": [values]}):
        np.testing.assert_array_equal(torch_output(layer, output), [1, 1])
    for output in (None, (), {"a": 1}, "text"):
        assert torch_output(layer, output) is None
        assert tf_output(layers.Identity(), output) is None
    np.testing.assert_array_equal(tf_output(layers.Identity(), {"b": [tf.ones(2)]}), [1, 1])


def test_a_tensor_of_a_graph_has_no_values():
    seen = []
    tf.function(lambda x: seen.append(tf_output(layers.Identity(), x)))(tf.ones(2))
    assert seen == [None]
    assert tf_output(layers.Identity(), keras.Input((2,))) is None
