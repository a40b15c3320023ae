"""Sequences of different lengths, and in pieces. Notice which state is the last, and what happens to padded steps."""

import keras
import tensorflow as tf
from keras import layers

from tf_impl.layers import GRU, LSTM


def lstm_bidirectional_last():
    """The last states of both directions. PyTorch's output[:, -1] is not that: its backward half has read one step
    only. Keras' Bidirectional without return_sequences is."""
    return _LastOfBoth()


def lstm_many_to_one():
    """The state at each sequence's own last step. Padding comes after it, so in one direction it has no effect."""
    return _ManyToOne()


def gru_packed():
    """PyTorch's packed sequences stop at each length: zeros after it, and the last state is the one at that length. In
    one direction a mask on the outputs and a gather do the same, because the padding comes last."""
    return _Packed()


def gru_packed_bidirectional():
    """The backward direction must start at each sequence's own end: reverse_sequence, not reverse, before and after."""
    return _Packed(bidirectional=True)


def gru_masked_stock():
    """A Keras layer with a mask keeps its state over padded steps and repeats its last output there; PyTorch's
    pad_packed_sequence gives zeros. Without a mask it reads the padding."""
    return _Masked()


def gru_carried_state():
    """Truncated backpropagation: the next piece starts with the state of the last one, without its gradient. A Keras
    layer restarts from zeros unless it is given the state, or is stateful."""
    return _Carried()


def gru_autoregressive():
    """Each step's output is the next step's input: a Python loop over a cell, which tf.function unrolls."""
    return _Autoregressive()


class _GruCell(keras.Layer):
    def __init__(self, inputs: int, units: int):
        super().__init__()
        self.gru = GRU(inputs, units)

    def call(self, x, hidden):
        return self.gru(x[:, None], hidden[None])[1][0]


class _LastOfBoth(keras.Layer):
    def __init__(self):
        super().__init__()
        self.lstm = LSTM(3, 4, bidirectional=True)

    def call(self, x):
        _, (hidden, _) = self.lstm(x)
        return tf.concat((hidden[-2], hidden[-1]), -1)


class _Carried(keras.Layer):
    def __init__(self):
        super().__init__()
        self.gru = GRU(3, 4)

    def call(self, x):
        first, state = self.gru(x[:, :3])
        second, _ = self.gru(x[:, 3:], tf.stop_gradient(state))
        return tf.concat((first, second), 1)


class _Packed(keras.Layer):
    def __init__(self, bidirectional=False):
        super().__init__()
        self.ways = [GRU(3, 4) for _ in range(1 + bidirectional)]

    def call(self, x, lengths):
        outputs, states = [], []
        for way, gru in enumerate(self.ways):
            hidden, _ = gru(tf.reverse_sequence(x, lengths, 1) if way else x)
            states.append(tf.gather(hidden, lengths - 1, axis=1, batch_dims=1))
            hidden = hidden * tf.sequence_mask(lengths, x.shape[1], x.dtype)[..., None]
            outputs.append(tf.reverse_sequence(hidden, lengths, 1) if way else hidden)
        return tf.concat(outputs, -1), tf.stack(states)


class _Masked(keras.Layer):
    def __init__(self):
        super().__init__()
        self.gru = layers.GRU(4, return_sequences=True)

    def call(self, x, lengths):
        mask = tf.sequence_mask(lengths, x.shape[1])
        hidden = self.gru(x, mask=mask)
        return tf.where(mask[..., None], hidden, 0), hidden[None, :, -1]


class _ManyToOne(keras.Layer):
    def __init__(self):
        super().__init__()
        self.lstm = LSTM(3, 4)

    def call(self, x, lengths):
        hidden, _ = self.lstm(x)
        return tf.gather(hidden, lengths - 1, axis=1, batch_dims=1)


class _Autoregressive(keras.Layer):
    def __init__(self):
        super().__init__()
        self.cell = _GruCell(3, 3)

    def call(self, x, state):
        steps = []
        for _ in range(4):
            x = state = self.cell(x, state)
            steps.append(x)
        return tf.stack(steps, 1)
