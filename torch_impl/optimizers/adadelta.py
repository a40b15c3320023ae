"""Each gradient times the root mean square of past steps, over that of past gradients.

differs: PyTorch's rate, rho and epsilon are 1, 0.9 and 1e-6 by default; Keras' are 0.001, 0.95 and 1e-7.
"""

from torch.optim import Adadelta

__all__ = ["Adadelta"]
