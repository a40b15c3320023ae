"""Adam that keeps only the row and column means of the second moment of a matrix.

differs: PyTorch bounds the second moment below by epsilon squared; Keras adds epsilon to each squared gradient.
differs: PyTorch takes means over the last two axes: of a convolution height and width, in Keras' kernel in and out.
"""

from torch.optim import Adafactor

__all__ = ["Adafactor"]
