"""Each gradient over the root of the sum of all its squares.

differs: PyTorch adds Adagrad's epsilon to the root, Keras to what the root is taken of.
differs: PyTorch's sum begins at 0 when nothing is said, Keras' at 0.1; PyTorch's epsilon is 1e-10, Keras' 1e-7.
"""

from torch.optim import Adagrad

__all__ = ["Adagrad"]
