"""Adam with the largest gradient in place of the mean square.

differs: PyTorch adds Adamax's epsilon to each gradient inside the maximum, Keras to the maximum.
"""

from torch.optim import Adamax

__all__ = ["Adamax"]
