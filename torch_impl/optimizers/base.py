"""The common part of PyTorch's optimizers, around the formula of each.

differs: PyTorch counts the steps of each parameter that has a gradient; Keras counts those of the optimizer.
differs: PyTorch adds weight decay to the gradient, except in AdamW and Adafactor; Keras always shrinks the weight.
"""

from torch.optim import Optimizer

__all__ = ["Optimizer"]
