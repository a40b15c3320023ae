"""Schedules of the learning rate: PyTorch's own. tf_impl/schedules/ writes their formulas out, as LearningRateSchedule.

differs: PyTorch's scheduler moves when it is stepped, often once per epoch; a Keras schedule counts every update.
"""

from torch_impl.schedules.base import LRScheduler
from torch_impl.schedules.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from torch_impl.schedules.cycles import CyclicLR, OneCycleLR
from torch_impl.schedules.factors import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from torch_impl.schedules.plateau import ReduceLROnPlateau
from torch_impl.schedules.warmup import ChainedScheduler, SequentialLR, warmup_cosine

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "warmup_cosine",
]
