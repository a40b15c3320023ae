"""Each gradient over the root of the sum of all past squares.

differs: PyTorch's sum starts at 0 and epsilon (1e-10) is added to its root; Keras': at 0.1, and 1e-7 inside it.
"""

from torch.optim import Adagrad

__all__ = ["Adagrad"]
