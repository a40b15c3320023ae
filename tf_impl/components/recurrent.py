"""Recurrent layers. Notice the two biases, the order of the gates, and what stock Keras can match."""

import keras
import tensorflow as tf
from keras import layers

from tf_impl.layers import GRU, LSTM, RNN


def rnn_tanh():
    """PyTorch's has two biases, Keras' SimpleRNN one: equal values, but two that both train move their sum twice as
    fast.
    """
    return RNN(3, 4)


def rnn_relu():
    """The nonlinearity is an option of PyTorch's layer, as Keras' activation is."""
    return RNN(3, 4, nonlinearity="relu")


def rnn_time_first(x):
    """PyTorch reads (time, batch, features) unless told batch_first=True; TensorFlow's layers know nothing else than
    the batch first. Shapes fit either way, so nothing complains.
    """
    return tf.transpose(x, (1, 0, 2))


def lstm():
    """The gates are i, f, g, o on both sides. PyTorch trains two biases and starts both within 1 / sqrt(hidden); Keras
    has one, and starts its forget gate's at 1.
    """
    return LSTM(3, 4)


def lstm_two_layers():
    """In PyTorch one layer with num_layers, whose dropout is between the layers; in Keras two layers, of which all but
    the last return_sequences.
    """
    return LSTM(3, 4, num_layers=2)


def lstm_bidirectional():
    """Outputs side by side, forward first, each at the step that it read. The last state has both directions on its
    first axis.
    """
    return LSTM(3, 4, bidirectional=True)


def lstm_bidirectional_two_layers():
    """The second layer reads both directions of the first. States come layer by layer, and in each forward, then
    backward.
    """
    return LSTM(3, 2, num_layers=2, bidirectional=True)


def lstm_from_state():
    """A state that is given: (layers * directions, batch, hidden), for hidden and cell; also with batch_first."""
    return _LstmFromState()


def lstm_cell():
    """One step. Keras' LSTMCell returns (output, [hidden, cell]), the output being the hidden state; PyTorch's (hidden,
    cell).
    """
    return _LstmCell()


def lstm_stock():
    """Without biases Keras' own LSTM is PyTorch's, kernels transposed: values and gradients. use_bias=False is
    bias=False.
    """
    return layers.LSTM(4, use_bias=False, return_sequences=True)


def lstm_stock_one_bias():
    """Keras' one bias is the sum of PyTorch's two. Values agree with any two; training does only where PyTorch's second
    is fixed, or Keras' gradient is doubled (plain SGD).
    """
    return layers.LSTM(4, return_sequences=True)


def lstm_stock_bidirectional():
    """merge_mode="concat" is PyTorch's way. Without return_sequences Keras joins the last states, which are not
    PyTorch's output[:, -1].
    """
    return layers.Bidirectional(layers.LSTM(4, use_bias=False, return_sequences=True))


def simple_rnn_stock():
    """Without bias Keras' SimpleRNN is PyTorch's RNN."""
    return layers.SimpleRNN(4, use_bias=False, return_sequences=True)


def gru():
    """PyTorch's gates are reset, update, new, Keras' update, reset, new. The reset gate acts after the product with the
    hidden state, on its bias as well.
    """
    return GRU(3, 4)


def gru_two_layers_bidirectional():
    """As with the LSTM: layer by layer, in each forward, then backward."""
    return GRU(3, 2, num_layers=2, bidirectional=True)


def gru_from_state():
    """A state that is given is one tensor (layers * directions, batch, hidden); Keras' initial_state is (batch,
    hidden).
    """
    return GRU(3, 4)


def gru_cell():
    """One step of a GRU."""
    return _GruCell(3, 4)


def gru_stock():
    """Keras' own GRU is PyTorch's, both biases too, with reset_after=True, its default: they are the two rows of one
    variable, the gates reordered.
    """
    return layers.GRU(4, reset_after=True, return_sequences=True)


def gru_reset_before():
    """reset_after=False is the paper's GRU, with one bias; PyTorch has no such layer, so weights of that kind want a
    loop.
    """
    return layers.GRU(4, reset_after=False)


class _LstmFromState(keras.Layer):
    def __init__(self):
        super().__init__()
        self.lstm = LSTM(3, 4)

    def call(self, x, hidden, cell):
        return self.lstm(x, (hidden, cell))


class _LstmCell(keras.Layer):
    def __init__(self):
        super().__init__()
        self.lstm = LSTM(3, 4)

    def call(self, x, hidden, cell):
        _, (hidden, cell) = self.lstm(x[:, None], (hidden[None], cell[None]))
        return hidden[0], cell[0]


class _GruCell(keras.Layer):
    def __init__(self, inputs: int, units: int):
        super().__init__()
        self.gru = GRU(inputs, units)

    def call(self, x, hidden):
        return self.gru(x[:, None], hidden[None])[1][0]
