"""Each gradient over the root of its mean square.

differs: PyTorch adds RMSprop's epsilon to the root, Keras to what the root is taken of.
differs: PyTorch's mean remembers 0.99 when nothing is said (alpha), Keras' 0.9 (rho).
differs: PyTorch's momentum buffer sums gradients, Keras' sums steps: the learning rate is inside.
"""

from torch.optim import RMSprop

__all__ = ["RMSprop"]
