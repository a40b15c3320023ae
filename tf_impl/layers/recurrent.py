"""Recurrent layers as PyTorch computes them, in Keras layers. The variables have PyTorch's names and layouts.

Notice the order of the gates, and that there are two biases, which matters to the optimizer though not to the output.
differs: PyTorch trains two biases, Keras one (except in a GRU with reset_after): the sum of two learns faster.
differs: PyTorch orders an LSTM's gates i, f, g, o as Keras does, but a GRU's r, z, n where Keras has z, r, n.
differs: PyTorch has all layers and directions in one module and returns their last states; Keras has a layer for each.
differs: PyTorch reads (time, batch, features) unless told batch_first=True, as everywhere here; Keras the batch first.
"""

from itertools import product

import keras
import tensorflow as tf

from tf_impl.keras_internals import mask_of


class RNNBase(keras.Layer):
    """The common part of all three (torch/nn/modules/rnn.py, 2.13): layers, directions, and the loop over time.

    `return_state=False` returns the hidden states only, for keras.Sequential. `unroll=True` writes
    every step into the graph, as in keras.layers.RNN: faster in short sequences, of known length only. `options` are
    keras.Layer's: name, dtype, trainable.
    """

    GATES = 1  # how many blocks of rows the weights have
    STATES = 1  # an LSTM has a second state, the cell's
    ROLES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        return_state: bool = True,
        unroll: bool = False,
        **options,
    ):
        super().__init__(**options)
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bidirectional = num_layers, bidirectional
        self.return_state, self.unroll = return_state, unroll
        self.supports_masking, self.input_spec = True, keras.InputSpec(ndim=3, axes={-1: input_size})
        self.ways = ("", "_reverse")[: 1 + bidirectional]
        self.suffixes = [[f"_l{layer}{way}" for way in self.ways] for layer in range(num_layers)]
        for layer, suffixes in enumerate(self.suffixes):
            self.add_weights(suffixes, hidden_size * len(self.ways) if layer else input_size)
        self.built = True  # as in PyTorch, the weights exist before the first call

    def add_weights(self, suffixes: list[str], columns: int) -> None:
        rows, bound = self.GATES * self.hidden_size, self.hidden_size**-0.5
        shapes = ((rows, columns), (rows, self.hidden_size), (rows,), (rows,))
        for suffix, (role, shape) in product(suffixes, zip(self.ROLES, shapes, strict=True)):
            uniform = keras.initializers.RandomUniform(-bound, bound)
            setattr(self, role + suffix, self.add_weight(shape, uniform, name=role + suffix))

    def call(self, x, state=None, mask=None):
        """Maps `x` (N, time, features) to the hidden states (N, time, directions * hidden) and the last states.

        A state is (layers * directions, N, hidden), an LSTM's a pair of these; zeros by default. Where `mask` (N, time)
        is False the state is kept, and the output repeats the one before, as in Keras. All in the compute dtype. Raises
        ValueError for states of a wrong shape, and for an unknown number of steps with `unroll`.
        """
        # Keras fills `mask` in only where `x` is the only tensor.
        mask = mask_of(x) if mask is None else mask
        # For each state: what it is in each layer, (directions, N, hidden).
        begin, end = [tf.split(each, self.num_layers) for each in self.first_states(x, state)], []
        for layer, suffixes in enumerate(self.suffixes):
            x, last = self.scan(x, mask, suffixes, tuple(each[layer] for each in begin))
            end.append(last)
        end = tuple(tf.concat(each, 0) for each in zip(*end, strict=True))
        return (x, end if self.STATES == 2 else end[0]) if self.return_state else x

    def first_states(self, x, state) -> list:
        """The given states, or zeros; ValueError where their shape does not fit the layers and directions."""
        count = self.num_layers * len(self.ways)
        if state is None:
            return [tf.zeros((count, tf.shape(x)[0], self.hidden_size), x.dtype)] * self.STATES
        states = tf.nest.flatten(state)
        shapes = [tuple(each.shape) for each in states]
        if len(states) != self.STATES or any((shape[0], shape[2]) != (count, self.hidden_size) for shape in shapes):
            expected = f"({count}, N, {self.hidden_size})"
            raise ValueError(f"{type(self).__name__} takes {self.STATES} state(s) of shape {expected}, got {shapes}")
        return states

    def scan(self, x, mask, suffixes: list[str], state):
        """One layer over (N, time, features), both directions at once: the hidden states, and the state at the end."""
        weights = [tf.stack([getattr(self, role + suffix).value for suffix in suffixes]) for role in self.ROLES]
        weight_ih, weight_hh, bias_ih, bias_hh = weights
        # The inputs' part does not depend on the hidden state: one product for all steps.
        inputs = (tf.einsum("dntf,dof->tdno", _each_way(x, suffixes), weight_ih) + bias_ih[:, None],)
        if mask is not None:
            inputs += (tf.transpose(_each_way(mask, suffixes), (2, 0, 1))[..., None],)

        def step(state, inputs):
            from_input, *real = inputs
            moved = self.cell(from_input, tf.matmul(state[0], weight_hh, transpose_b=True) + bias_hh[:, None], state)
            return tuple(tf.where(*real, *each) for each in zip(moved, state, strict=True)) if real else moved

        states = _unrolled(step, inputs, state) if self.unroll else tf.scan(step, inputs, state)
        hidden = states[0]
        if mask is not None:  # before its first real step a sequence has no output to repeat
            hidden = tf.where(tf.cumsum(tf.cast(inputs[1], tf.int32)) > 0, hidden, 0)
        ways = tf.unstack(tf.transpose(hidden, (1, 2, 0, 3)))
        return tf.concat([ways[0], *(tf.reverse(way, [1]) for way in ways[1:])], -1), [each[-1] for each in states]

    def compute_output_shape(self, x_shape):
        batch, time, _ = x_shape
        state = (self.num_layers * len(self.ways), batch, self.hidden_size)
        output = (batch, time, len(self.ways) * self.hidden_size)
        return (output, (state, state) if self.STATES == 2 else state) if self.return_state else output

    def compute_mask(self, inputs, previous_mask):
        # The output's, and none for the states.
        return [previous_mask, *[None] * self.STATES] if self.return_state else previous_mask

    def get_config(self):
        names = ("input_size", "hidden_size", "num_layers", "bidirectional", "return_state", "unroll")
        return super().get_config() | {name: getattr(self, name) for name in names}


def _each_way(x, suffixes):
    """(directions, N, time, ...), as each direction reads it."""
    return tf.stack([x, tf.reverse(x, [1])][: len(suffixes)])


def _unrolled(step, inputs, state) -> tuple:
    """As tf.scan(step, inputs, state), with every step written into the graph."""
    if inputs[0].shape[0] is None:
        raise ValueError("unroll=True needs sequences of known length: give the input's shape, or leave unroll out")
    states = []
    for each in zip(*map(tf.unstack, inputs), strict=True):
        state = step(state, each)
        states.append(state)
    return tuple(tf.stack(each) for each in zip(*states, strict=True))


@keras.saving.register_keras_serializable(package="tf_impl")
class GRU(RNNBase):
    """Reset, update, new; the reset gate acts on the hidden state's product, its bias included."""

    GATES = 3

    def cell(self, from_input, from_hidden, state):
        reset, update, new = tf.split(from_input, 3, -1)
        hidden_reset, hidden_update, hidden_new = tf.split(from_hidden, 3, -1)
        reset, update = tf.sigmoid(reset + hidden_reset), tf.sigmoid(update + hidden_update)
        new = tf.tanh(new + reset * hidden_new)
        return (new + update * (state[0] - new),)


@keras.saving.register_keras_serializable(package="tf_impl")
class LSTM(RNNBase):
    """Input, forget, candidate, output; the state is the pair of hidden and cell."""

    GATES, STATES = 4, 2

    def cell(self, from_input, from_hidden, state):
        enter, forget, candidate, leave = tf.split(from_input + from_hidden, 4, -1)
        cell = tf.sigmoid(forget) * state[1] + tf.sigmoid(enter) * tf.tanh(candidate)
        return tf.sigmoid(leave) * tf.tanh(cell), cell


@keras.saving.register_keras_serializable(package="tf_impl")
class RNN(RNNBase):
    """One nonlinearity, "tanh" or "relu", and no gates."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bidirectional: bool = False,
        **options,
    ):
        super().__init__(input_size, hidden_size, num_layers, bidirectional, **options)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f'nonlinearity={nonlinearity!r} is unknown: give "tanh" or "relu"')
        self.nonlinearity = nonlinearity

    def cell(self, from_input, from_hidden, state):
        function = {"tanh": tf.tanh, "relu": tf.nn.relu}[self.nonlinearity]
        return (function(from_input + from_hidden),)

    def get_config(self):
        return super().get_config() | {"nonlinearity": self.nonlinearity}
