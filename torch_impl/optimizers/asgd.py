"""SGD whose rate decays by itself, and the average of its weights.

differs: PyTorch's ASGD keeps the average of the weights in its state and never trains with it.
"""

from torch.optim import ASGD

__all__ = ["ASGD"]
