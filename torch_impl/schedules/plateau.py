"""The rate that looks at the loss.

differs: PyTorch waits until patience is exceeded, Keras' callback until it is reached: one epoch less.
differs: PyTorch's threshold is 1e-4 of the best loss, Keras' min_delta 1e-4 itself, when nothing is said.
"""

from torch.optim.lr_scheduler import ReduceLROnPlateau

__all__ = ["ReduceLROnPlateau"]
