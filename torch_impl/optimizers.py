"""The optimizers: PyTorch's own. tf_impl/optimizers.py writes their formulas out, since Keras' differ.

differs: PyTorch defaults to an epsilon of 1e-8 in Adam, Keras to 1e-7; the cases give theirs on both sides.
"""

from torch.optim import SGD, Adam

__all__ = ["SGD", "Adam"]
