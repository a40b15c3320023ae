"""Stochastic gradient descent, with PyTorch's momentum.

differs: PyTorch's momentum sums gradients; Keras' sums steps, the rate included: they part when the rate changes.
"""

from torch.optim import SGD

__all__ = ["SGD"]
