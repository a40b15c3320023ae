"""Recurrent layers as PyTorch computes them, in Keras layers. The variables have PyTorch's names and layouts.

Notice the order of the gates, and that there are two biases, which matters to the optimizer though not to the output.
differs: PyTorch trains two biases, Keras one (but in a GRU with reset_after): the sum then learns faster.
differs: PyTorch orders an LSTM's gates i, f, g, o as Keras does, but a GRU's r, z, n where Keras has z, r, n.
differs: PyTorch stacks layers and directions in one layer and returns their last states; Keras has a layer for each.
differs: PyTorch reads (time, batch, features) unless told batch_first=True, as everywhere here; Keras the batch first.
"""

from itertools import product

import keras
import tensorflow as tf


class RNNBase(keras.Layer):
    """What the three have in common (torch/nn/modules/rnn.py, 2.13): layers, directions, and the loop over time."""

    GATES = 1  # how many blocks of rows the weights have
    STATES = 1  # an LSTM has a second state, the cell's
    ROLES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bidirectional: bool = False):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bidirectional = num_layers, bidirectional
        ways = ("", "_reverse")[: 1 + bidirectional]
        self.suffixes = [[f"_l{layer}{way}" for way in ways] for layer in range(num_layers)]
        rows, bound = self.GATES * hidden_size, hidden_size**-0.5
        for layer, suffixes in enumerate(self.suffixes):
            columns = hidden_size * len(ways) if layer else input_size
            shapes = ((rows, columns), (rows, hidden_size), (rows,), (rows,))
            for suffix, (role, shape) in product(suffixes, zip(self.ROLES, shapes, strict=True)):
                uniform = keras.initializers.RandomUniform(-bound, bound)
                setattr(self, role + suffix, self.add_weight(shape, uniform, name=role + suffix))
        self.built = True  # as in PyTorch, the weights are there before the first call

    def call(self, x, state=None):
        """`x` (N, time, features): the hidden states (N, time, directions * hidden), and the last state of each.

        A state is (layers * directions, N, hidden), an LSTM's a pair of these; zeros where none is given.
        """
        if state is None:
            count = self.num_layers * (1 + self.bidirectional)
            state = [tf.zeros((count, tf.shape(x)[0], self.hidden_size), x.dtype)] * self.STATES
        # For each state: what it is in each layer, (directions, N, hidden).
        begin, end = [tf.split(each, self.num_layers) for each in tf.nest.flatten(state)], []
        for layer, suffixes in enumerate(self.suffixes):
            x, last = self.scan(x, suffixes, [each[layer] for each in begin])
            end.append(last)
        end = tuple(tf.concat(each, 0) for each in zip(*end, strict=True))
        return x, end if self.STATES == 2 else end[0]

    def scan(self, x, suffixes: list[str], state):
        """One layer over (N, time, features), both directions at once: the hidden states, and the state at the end."""
        weights = [tf.stack([getattr(self, role + suffix).value for suffix in suffixes]) for role in self.ROLES]
        weight_ih, weight_hh, bias_ih, bias_hh = weights
        # What the inputs contribute does not wait for the hidden state: one product for all times.
        x = tf.stack([x, tf.reverse(x, [1])][: len(suffixes)])
        inputs = tf.einsum("dntf,dof->tdno", x, weight_ih) + bias_ih[:, None]
        hidden = []
        for step in tf.unstack(inputs):
            state = self.cell(step, tf.matmul(state[0], weight_hh, transpose_b=True) + bias_hh[:, None], state)
            hidden.append(state[0])
        ways = tf.unstack(tf.stack(hidden, axis=2))
        return tf.concat([ways[0], *(tf.reverse(way, [1]) for way in ways[1:])], -1), state


class GRU(RNNBase):
    """Reset, update, new; the reset gate acts on the hidden state's product, its bias included."""

    GATES = 3

    def cell(self, from_input, from_hidden, state):
        reset, update, new = tf.split(from_input, 3, -1)
        hidden_reset, hidden_update, hidden_new = tf.split(from_hidden, 3, -1)
        reset, update = tf.sigmoid(reset + hidden_reset), tf.sigmoid(update + hidden_update)
        new = tf.tanh(new + reset * hidden_new)
        return (new + update * (state[0] - new),)


class LSTM(RNNBase):
    """Input, forget, candidate, output; the state is the pair of hidden and cell."""

    GATES, STATES = 4, 2

    def cell(self, from_input, from_hidden, state):
        enter, forget, candidate, leave = tf.split(from_input + from_hidden, 4, -1)
        cell = tf.sigmoid(forget) * state[1] + tf.sigmoid(enter) * tf.tanh(candidate)
        return tf.sigmoid(leave) * tf.tanh(cell), cell


class RNN(RNNBase):
    """One nonlinearity, "tanh" or "relu", and no gates."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bidirectional: bool = False,
    ):
        super().__init__(input_size, hidden_size, num_layers, bidirectional)
        self.nonlinearity = nonlinearity

    def cell(self, from_input, from_hidden, state):
        function = {"tanh": tf.tanh, "relu": tf.nn.relu}[self.nonlinearity]
        return (function(from_input + from_hidden),)
