"""The layers that the frameworks compute differently, after PyTorch. Read it beside torch_impl/layers/__init__.py."""

from tf_impl.layers.convolutions import Conv1d, Conv2d, Conv3d
from tf_impl.layers.normalizations import BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d
from tf_impl.layers.recurrent import GRU, LSTM, RNN

__all__ = ["GRU", "LSTM", "RNN", "BatchNorm", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "Conv1d", "Conv2d", "Conv3d"]
