"""The common part of the schedules.

differs: PyTorch computes rates in float64; Keras' schedules in float32, even where floatx is float64.
"""

from torch.optim.lr_scheduler import LRScheduler

__all__ = ["LRScheduler"]
