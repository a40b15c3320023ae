"""Adam that keeps of the second moment of a matrix only the means of its rows and columns.

differs: PyTorch's Adafactor clamps the second moment at epsilon squared, Keras' adds epsilon to each square.
differs: PyTorch takes means over a weight's last two axes, which of a convolution are its height and width.
"""

from torch.optim import Adafactor

__all__ = ["Adafactor"]
