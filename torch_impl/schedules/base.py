"""What the schedules have in common.

differs: PyTorch computes rates in float64; Keras' schedules in float32, whatever floatx is.
"""

from torch.optim.lr_scheduler import LRScheduler

__all__ = ["LRScheduler"]
