"""Only the signs of gradients count: use full batches. The rate is the first step's: a schedule changes nothing."""

from torch.optim import Rprop

__all__ = ["Rprop"]
