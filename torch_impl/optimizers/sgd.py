"""Stochastic gradient descent, with PyTorch's momentum.

differs: PyTorch's momentum buffer sums gradients, Keras' sums steps: the learning rate is inside.
differs: PyTorch's first momentum is the plain gradient, undampened; Keras has no dampening.
"""

from torch.optim import SGD

__all__ = ["SGD"]
