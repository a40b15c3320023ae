"""Rates that go up and down again (Smith, 2017).

differs: PyTorch's cycles also move the optimizer's momentum (or beta1) by default; a Keras schedule sets the rate only.
"""

from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

__all__ = ["CyclicLR", "OneCycleLR"]
