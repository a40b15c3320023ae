"""Recurrent layers. Notice the two biases, the order of the gates, and what stock Keras can match."""

import torch
from torch import nn


def rnn_tanh():
    """PyTorch's RNN has two biases, Keras' SimpleRNN one. Two trained biases give the same values, but their sum moves
    twice as fast."""
    return nn.RNN(3, 4, batch_first=True)


def rnn_relu():
    """The nonlinearity is an option of PyTorch's layer, as Keras' activation is."""
    return nn.RNN(3, 4, nonlinearity="relu", batch_first=True)


def rnn_time_first(x):
    """PyTorch takes (time, batch, features) unless batch_first=True; TensorFlow's layers always take the batch first.
    The shapes fit either way, so nothing complains."""
    return x.transpose(0, 1)


def lstm():
    """The gates are i, f, g, o on both sides. PyTorch trains two biases, both starting within 1 / sqrt(hidden); Keras
    has one, which starts at 1 for the forget gate."""
    return nn.LSTM(3, 4, batch_first=True)


def lstm_two_layers():
    """In PyTorch one layer with num_layers, whose dropout is between its layers; in Keras two layers, all except the
    last with return_sequences."""
    return nn.LSTM(3, 4, num_layers=2, batch_first=True)


def lstm_bidirectional():
    """The outputs of both directions, forward first, each at the step that it read. The last state has both directions
    on its first axis."""
    return nn.LSTM(3, 4, batch_first=True, bidirectional=True)


def lstm_bidirectional_two_layers():
    """The second layer reads both directions of the first. The states come layer by layer, and in each layer forward,
    then backward."""
    return nn.LSTM(3, 2, num_layers=2, batch_first=True, bidirectional=True)


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
    return _Outputs(nn.LSTM(3, 4, bias=False, batch_first=True))


def lstm_stock_one_bias():
    """Keras' one bias is the sum of PyTorch's two. Values agree with any two; training agrees only if PyTorch's second
    bias is fixed, or if Keras' gradient is doubled (plain SGD)."""
    return _LstmOneBias()


def lstm_stock_bidirectional():
    """merge_mode="concat" is what PyTorch does. Without return_sequences Keras joins the last states, which are not
    PyTorch's output[:, -1]."""
    return _Outputs(nn.LSTM(3, 4, bias=False, batch_first=True, bidirectional=True))


def simple_rnn_stock():
    """Without bias Keras' SimpleRNN is PyTorch's RNN."""
    return _Outputs(nn.RNN(3, 4, bias=False, batch_first=True))


def gru():
    """PyTorch's gates are reset, update, new; Keras' are update, reset, new. The reset gate acts after the product with
    the hidden state, and on its bias as well."""
    return nn.GRU(3, 4, batch_first=True)


def gru_two_layers_bidirectional():
    """As with the LSTM: layer by layer, and in each layer forward, then backward."""
    return nn.GRU(3, 2, num_layers=2, batch_first=True, bidirectional=True)


def gru_from_state():
    """A given state is one tensor (layers * directions, batch, hidden); Keras' initial_state is (batch, hidden)."""
    return nn.GRU(3, 4, batch_first=True)


def gru_cell():
    """One step of a GRU."""
    return nn.GRUCell(3, 4)


def gru_stock():
    """Keras' own GRU is PyTorch's, both biases included, with its default reset_after=True: the biases are two rows of
    one variable, with the gates reordered."""
    return _Outputs(nn.GRU(3, 4, batch_first=True))


def gru_reset_before():
    """reset_after=False is the paper's GRU, with one bias. PyTorch has no such layer: weights of that kind need a
    loop."""
    return _PaperGru()


class _Outputs(nn.Module):
    """The hidden states alone, of a recurrent layer whose call returns its last state as well."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


class _LstmFromState(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x, hidden, cell):
        return self.lstm(x, (hidden, cell))


class _LstmCell(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 4)

    def forward(self, x, hidden, cell):
        return self.cell(x, (hidden, cell))


class _LstmOneBias(nn.LSTM):
    """The second bias is fixed at zero."""

    def __init__(self):
        super().__init__(3, 4, batch_first=True)
        del self.bias_hh_l0
        self.bias_hh_l0 = torch.zeros(16)

    def forward(self, x):
        return super().forward(x)[0]


class _PaperGru(nn.Module):
    """Cho et al., 2014: the reset gate acts on the state before the matrix product, and there is one bias."""

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(12, 3))
        self.weight_hh = nn.Parameter(torch.zeros(12, 4))
        self.bias = nn.Parameter(torch.zeros(12))

    def forward(self, x):
        state = x.new_zeros(len(x), 4)
        of_reset, of_update, of_new = self.weight_hh.chunk(3)
        for step in (x @ self.weight_ih.T + self.bias).unbind(1):
            reset, update, new = step.chunk(3, -1)
            reset, update = (reset + state @ of_reset.T).sigmoid(), (update + state @ of_update.T).sigmoid()
            state = update * state + (1 - update) * (new + (reset * state) @ of_new.T).tanh()
        return state
