"""What the schedules have in common.

differs: PyTorch computes rates in double precision; Keras' own schedules in floatx, from a float32 step.
"""

from torch.optim.lr_scheduler import LRScheduler

__all__ = ["LRScheduler"]
