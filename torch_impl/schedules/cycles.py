"""Rates that go up and down again (Smith, 2017).

differs: PyTorch's cycles set the optimizer's momentum as well; in Keras it takes a schedule of its own.
differs: PyTorch's one cycle sets the rate that the optimizer was made with aside: max_lr / div_factor is the first.
"""

from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

__all__ = ["CyclicLR", "OneCycleLR"]
