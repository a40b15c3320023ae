"""Convolutions: PyTorch's own. tf_impl/layers/convolutions.py has Keras' pad as they do.

differs: PyTorch pads a number of zeros, at both ends alike; Keras' "same" what the output needs, the odd one behind.
differs: PyTorch's weights and biases begin uniform within 1 / sqrt(fan in); Keras' Glorot uniform, the biases at 0.
"""

from torch.nn import Conv1d, Conv2d, Conv3d

__all__ = ["Conv1d", "Conv2d", "Conv3d"]
