"""Each gradient over the root of the sum of all past squares.

differs: PyTorch's sum starts at 0, with epsilon 1e-10 after the root; Keras' at 0.1, with 1e-7 inside the root.
"""

from torch.optim import Adagrad

__all__ = ["Adagrad"]
