"""Steps of each weight's own size: the sign of the gradient decides, for full batches.

differs: PyTorch's learning rate is the size of Rprop's first step only: a schedule changes nothing.
"""

from torch.optim import Rprop

__all__ = ["Rprop"]
