"""Recurrent layers: PyTorch's own. tf_impl/layers/recurrent.py writes their formulas out, since Keras' differ.

differs: PyTorch trains two biases, Keras one (except in a GRU with reset_after): the sum of two learns faster.
differs: PyTorch orders an LSTM's gates i, f, g, o as Keras does, but a GRU's r, z, n where Keras has z, r, n.
differs: PyTorch has all layers and directions in one module and returns their last states; Keras has a layer for each.
differs: PyTorch reads (time, batch, features) unless told batch_first=True, as everywhere here; Keras the batch first.
"""

from torch.nn import GRU, LSTM, RNN

__all__ = ["GRU", "LSTM", "RNN"]
