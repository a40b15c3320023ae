"""Recurrent layers of tf_impl/layers: masks, lengths not known, states that are given, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from tf_impl.keras_internals import mask_of
from tf_impl.layers import GRU, LSTM, RNN

RNG = np.random.default_rng(10)
RECURRENT = [RNN, LSTM, GRU]


def set_as(layer, theirs):
    """Give a layer of ours the weights of PyTorch's."""
    for name, parameter in theirs.named_parameters():
        getattr(layer, name).assign(parameter.detach().numpy())
    return layer


FORMS = [{}, {"num_layers": 2, "bidirectional": True}]
LENGTHS = np.array([5, 2, 4])


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("tf_class", RECURRENT)
def test_behind_a_mask_the_last_states_are_those_of_packed_sequences_and_so_are_the_gradients(tf_class, form, unroll):
    theirs = getattr(nn, tf_class.__name__)(3, 4, batch_first=True, **form)
    layer = set_as(tf_class(3, 4, unroll=unroll, **form), theirs)
    x, mask = RNG.normal(size=(3, 5, 3)), np.arange(5) < LENGTHS[:, None]
    packed = nn.utils.rnn.pack_padded_sequence(torch.tensor(x), LENGTHS, batch_first=True, enforce_sorted=False)
    packed_output, state = theirs(packed)
    output, _ = nn.utils.rnn.pad_packed_sequence(packed_output, batch_first=True)
    cotangent = RNG.normal(size=output.shape) * mask[..., None]
    (output * torch.tensor(cotangent)).sum().backward()
    with tf.GradientTape(persistent=True) as tape:
        our_output, our_state = layer(tf.constant(x), mask=tf.constant(mask))
        total = tf.reduce_sum(our_output * cotangent)
    np.testing.assert_allclose(our_output.numpy()[mask], output.detach().numpy()[mask], rtol=1e-12, atol=1e-14)
    for one, other in zip(tf.nest.flatten(our_state), tf.nest.flatten(state), strict=True):
        np.testing.assert_allclose(one, other.detach(), rtol=1e-12, atol=1e-14)
    for name, parameter in theirs.named_parameters():
        gradient = tape.gradient(total, getattr(layer, name).value)
        np.testing.assert_allclose(gradient, parameter.grad, rtol=1e-11, atol=1e-12)


HOLES = np.array([[False, True, True, False, True], [True, False, False, True, False]])


@pytest.mark.parametrize("unroll", [False, True])
def test_a_masked_step_keeps_the_state_and_repeats_the_output_as_in_keras(unroll):
    stock = keras.layers.LSTM(4, use_bias=False, return_sequences=True, return_state=True)
    layer, x = LSTM(3, 4, unroll=unroll), tf.constant(RNG.normal(size=(2, 5, 3)))
    begin = tf.constant(RNG.normal(size=(2, 2, 4)))
    stock(x)
    weights = [each.numpy().T for each in (layer.weight_ih_l0, layer.weight_hh_l0)]
    stock.set_weights(weights)
    for bias in (layer.bias_ih_l0, layer.bias_hh_l0):
        bias.assign(np.zeros(16))
    expected = stock(x, initial_state=[begin[0], begin[1]], mask=tf.constant(HOLES))
    output, (hidden, cell) = layer(x, (begin[:1], begin[1:]), mask=tf.constant(HOLES))
    for one, other in zip((output, hidden[0], cell[0]), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
    assert np.abs(output[0, 0]).max() == 0  # before the first real step


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("tf_class", RECURRENT)
def test_a_mask_that_keras_hands_on_is_used_and_handed_on(tf_class, given):
    layer, x = tf_class(3, 4), RNG.normal(size=(3, 5, 3))
    mask = np.arange(5) < LENGTHS[:, None]
    state = tf.constant(RNG.normal(size=(1, 3, 4)))
    states = [] if not given else [(state, state) if tf_class is LSTM else state]
    masked = keras.layers.Masking()(tf.constant(np.where(mask[..., None], x, 0)))
    output, last = layer(masked, *states)
    expected, expected_last = layer(tf.constant(x), *states, mask=tf.constant(mask))
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(tf.nest.flatten(last)[0], tf.nest.flatten(expected_last)[0])
    np.testing.assert_array_equal(mask_of(output), mask)


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("tf_class", RECURRENT)
def test_sequences_of_any_length_go_through_one_graph(tf_class, form):
    theirs = getattr(nn, tf_class.__name__)(3, 4, batch_first=True, **form)
    layer = set_as(tf_class(3, 4, **form), theirs)
    inputs = keras.Input((None, 3))
    output, state = layer(inputs)
    assert output.shape == (None, None, 4 * len(layer.ways))
    assert tf.nest.flatten(state)[0].shape == (layer.num_layers * len(layer.ways), None, 4)
    model = tf.function(keras.Model(inputs, output), input_signature=[tf.TensorSpec((None, None, 3), tf.float64)])
    for count, length in ((2, 6), (3, 1), (1, 40)):
        x = RNG.normal(size=(count, length, 3))
        np.testing.assert_allclose(model(x), theirs(torch.tensor(x))[0].detach(), rtol=1e-11, atol=1e-13)
    assert model.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("tf_class", RECURRENT)
def test_unrolled_it_computes_the_same(tf_class):
    layer = tf_class(3, 4, 2, bidirectional=True)
    unrolled = tf_class.from_config(layer.get_config() | {"unroll": True})
    unrolled.set_weights(layer.get_weights())
    x = tf.constant(RNG.normal(size=(2, 5, 3)))
    np.testing.assert_allclose(unrolled(x)[0], layer(x)[0], rtol=1e-13, atol=1e-15)


def test_a_state_goes_through_a_functional_model():
    inputs, state = keras.Input((None, 3)), keras.Input(batch_shape=(2, None, 4))
    layer = GRU(3, 4, 2)
    model = keras.Model([inputs, state], layer(inputs, state))
    x, begin = RNG.normal(size=(3, 5, 3)), RNG.normal(size=(2, 3, 4))
    for one, other in zip(model([x, begin]), layer(tf.constant(x), tf.constant(begin)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_state_for_other_layers_is_refused_by_its_shape():
    with pytest.raises(ValueError, match=r"GRU takes 1 .*\(4, N, 5\), got \[\(2, 7, 5\)\]"):
        GRU(3, 5, 2, bidirectional=True)(tf.ones((7, 6, 3)), tf.ones((2, 7, 5)))
    with pytest.raises(ValueError, match="LSTM takes 2"):
        LSTM(3, 5)(tf.ones((7, 6, 3)), tf.ones((1, 7, 5)))


def test_unrolling_needs_a_length():
    graph = tf.function(LSTM(3, 4, unroll=True).__call__)
    assert graph.get_concrete_function(tf.TensorSpec((None, 5, 3), tf.float64))
    with pytest.raises(ValueError, match="unroll=True needs sequences of known length"):
        graph.get_concrete_function(tf.TensorSpec((None, None, 3), tf.float64))


def test_an_unknown_nonlinearity_and_another_number_of_features_are_refused():
    with pytest.raises(ValueError, match="'sigmoid'"):
        RNN(3, 4, nonlinearity="sigmoid")
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 3"):
        RNN(3, 4)(tf.ones((2, 5, 6)))
