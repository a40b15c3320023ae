"""Sequences of different lengths, and in pieces. Notice which state is the last, and what happens to padded steps."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


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
    return _Packed()


def gru_carried_state():
    """Truncated backpropagation: the next piece starts with the state of the last one, without its gradient. A Keras
    layer restarts from zeros unless it is given the state, or is stateful."""
    return _Carried()


def gru_autoregressive():
    """Each step's output is the next step's input: a Python loop over a cell, which tf.function unrolls."""
    return _Autoregressive()


class _LastOfBoth(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True, bidirectional=True)

    def forward(self, x):
        _, (hidden, _) = self.lstm(x)
        return torch.cat((hidden[-2], hidden[-1]), -1)


class _Carried(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 4, batch_first=True)

    def forward(self, x):
        first, state = self.gru(x[:, :3])
        second, _ = self.gru(x[:, 3:], state.detach())
        return torch.cat((first, second), 1)


class _Packed(nn.Module):
    def __init__(self, bidirectional=False):
        super().__init__()
        self.gru = nn.GRU(3, 4, batch_first=True, bidirectional=bidirectional)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        packed, state = self.gru(packed)
        return pad_packed_sequence(packed, batch_first=True)[0], state


class _ManyToOne(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x, lengths):
        hidden, _ = self.lstm(x)
        return hidden[torch.arange(len(x)), lengths - 1]


class _Autoregressive(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(3, 3)

    def forward(self, x, state):
        steps = []
        for _ in range(4):
            x = state = self.cell(x, state)
            steps.append(x)
        return torch.stack(steps, 1)
