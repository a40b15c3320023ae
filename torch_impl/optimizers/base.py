"""What PyTorch's optimizers have in common, around the formula of each.

differs: PyTorch counts the steps of each parameter, Keras those of the optimizer.
differs: PyTorch adds weight decay to the gradient but in AdamW, Keras shrinks the weight beforehand in all of them.
differs: PyTorch leaves weights out of decay by a group of their own, Keras by `exclude_from_weight_decay`.
"""

from torch.optim import Optimizer

__all__ = ["Optimizer"]
