"""Convolutions: PyTorch's own. tf_impl/layers/convolutions.py makes Keras' pad the same way.

differs: PyTorch pads a number of zeros at both ends; Keras' "same" as many as the output needs, the odd one at the end.
differs: PyTorch's weights and biases begin uniform within 1 / sqrt(fan in); Keras' Glorot uniform, the biases at 0.
"""

from torch.nn import Conv1d, Conv2d, Conv3d

__all__ = ["Conv1d", "Conv2d", "Conv3d"]
