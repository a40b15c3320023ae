"""The layers that the frameworks compute differently: PyTorch's own. Read it beside tf_impl/layers/__init__.py."""

from torch_impl.layers.convolutions import Conv1d, Conv2d, Conv3d
from torch_impl.layers.normalizations import BatchNorm1d, BatchNorm2d, BatchNorm3d
from torch_impl.layers.recurrent import GRU, LSTM, RNN

__all__ = ["GRU", "LSTM", "RNN", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "Conv1d", "Conv2d", "Conv3d"]
