"""Each gradient over the root of the mean of past squares.

differs: PyTorch adds epsilon (1e-8) to the root; Keras (1e-7) inside the root, where it acts like 3e-4.
differs: PyTorch's alpha is 0.99 by default, Keras' rho is 0.9; the default rates are 0.01 and 0.001.
"""

from torch.optim import RMSprop

__all__ = ["RMSprop"]
