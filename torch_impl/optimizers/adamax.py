"""Adam with the largest past gradient in place of the mean square.

differs: PyTorch adds epsilon to each gradient inside the maximum, Keras after it; default rates: 0.002 and 0.001.
"""

from torch.optim import Adamax

__all__ = ["Adamax"]
