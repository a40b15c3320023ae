"""The optimizers: PyTorch's own. tf_impl/optimizers.py writes their formulas out, since Keras' differ.

differs: PyTorch defaults to an epsilon of 1e-8 in Adam, Keras to 1e-7; the cases give theirs on both sides.
differs: PyTorch adds epsilon to the bias-corrected root, Keras to the uncorrected one ("epsilon hat").
differs: PyTorch counts the steps of each parameter, Keras those of the optimizer.
"""

from torch.optim import SGD, Adam

__all__ = ["SGD", "Adam"]
