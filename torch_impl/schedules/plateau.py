"""The rate that depends on the loss.

differs: PyTorch reduces the rate after patience + 1 bad epochs; Keras' ReduceLROnPlateau after patience.
differs: PyTorch's threshold is 1e-4 of the best loss by default; Keras' min_delta is 1e-4 itself.
"""

from torch.optim.lr_scheduler import ReduceLROnPlateau

__all__ = ["ReduceLROnPlateau"]
