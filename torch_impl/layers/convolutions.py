"""Convolutions: PyTorch's own. tf_impl/layers/convolutions.py has Keras' pad as they do.

differs: PyTorch pads a number of zeros, at both ends alike; Keras' "same" what the output needs, the odd one behind.
"""

from torch.nn import Conv1d, Conv2d

__all__ = ["Conv1d", "Conv2d"]
