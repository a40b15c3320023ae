"""Recurrent layers. Notice the two biases, the order of the gates, and what stock Keras can match."""

import keras
import tensorflow as tf
from keras import layers

from tf_impl.layers import GRU, LSTM, RNN


def rnn_tanh():
    """PyTorch's RNN has two biases, Keras' SimpleRNN one. Two trained biases give the same values, but their sum moves
    twice as fast."""
    return RNN(3, 4)


def rnn_relu():
    """The nonlinearity is an option of PyTorch's layer, as Keras' activation is."""
    return RNN(3, 4, nonlinearity="relu")


def rnn_time_first(x):
    """PyTorch takes (time, batch, features) unless batch_first=True; TensorFlow's layers always take the batch first.
    The shapes fit either way, so nothing complains."""
    return tf.transpose(x, (1, 0, 2))


def lstm():
    """The gates are i, f, g, o on both sides. PyTorch trains two biases, both starting within 1 / sqrt(hidden); Keras
    has one, which starts at 1 for the forget gate."""
    return LSTM(3, 4)


def lstm_two_layers():
    """In PyTorch one layer with num_layers, whose dropout is between its layers; in Keras two layers, all except the
    last with return_sequences."""
    return LSTM(3, 4, num_layers=2)


def lstm_bidirectional():
    """The outputs of both directions, forward first, each at the step that it read. The last state has both directions
    on its first axis."""
    return LSTM(3, 4, bidirectional=True)


def lstm_bidirectional_two_layers():
    """The second layer reads both directions of the first. The states come layer by layer, and in each layer forward,
    then backward."""
    return LSTM(3, 2, num_layers=2, bidirectional=True)


def lstm_from_state():
    """A given state is (layers * directions, batch, hidden), for hidden and for cell, also with batch_first."""
    return _LstmFromState()


def lstm_cell():
    """One step. Keras' LSTMCell returns (output, [hidden, cell]), where the output is the hidden state; PyTorch's
    returns (hidden, cell)."""
    return _LstmCell()


def lstm_stock():
    """Without biases Keras' own LSTM is PyTorch's, with transposed kernels: values and gradients. use_bias=False is
    bias=False."""
    return layers.LSTM(4, use_bias=False, return_sequences=True)


def lstm_stock_one_bias():
    """Keras' one bias is the sum of PyTorch's two. Values agree with any two; training agrees only if PyTorch's second
    bias is fixed, or if Keras' gradient is doubled (plain SGD)."""
    return layers.LSTM(4, return_sequences=True)


def lstm_stock_bidirectional():
    """merge_mode="concat" is what PyTorch does. Without return_sequences Keras joins the last states, which are not
    PyTorch's output[:, -1]."""
    return layers.Bidirectional(layers.LSTM(4, use_bias=False, return_sequences=True))


def simple_rnn_stock():
    """Without bias Keras' SimpleRNN is PyTorch's RNN."""
    return layers.SimpleRNN(4, use_bias=False, return_sequences=True)


def gru():
    """PyTorch's gates are reset, update, new; Keras' are update, reset, new. The reset gate acts after the product with
    the hidden state, and on its bias as well."""
    return GRU(3, 4)


def gru_two_layers_bidirectional():
    """As with the LSTM: layer by layer, and in each layer forward, then backward."""
    return GRU(3, 2, num_layers=2, bidirectional=True)


def gru_from_state():
    """A given state is one tensor (layers * directions, batch, hidden); Keras' initial_state is (batch, hidden)."""
    return GRU(3, 4)


def gru_cell():
    """One step of a GRU."""
    return _GruCell(3, 4)


def gru_stock():
    """Keras' own GRU is PyTorch's, both biases included, with its default reset_after=True: the biases are two rows of
    one variable, with the gates reordered."""
    return layers.GRU(4, reset_after=True, return_sequences=True)


def gru_reset_before():
    """reset_after=False is the paper's GRU, with one bias. PyTorch has no such layer: weights of that kind need a
    loop."""
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
