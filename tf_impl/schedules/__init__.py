"""Schedules of the learning rate, with PyTorch's names, arguments and values, as Keras' LearningRateSchedule.

The rate of an optimizer's step t (from 0) is PyTorch's after t calls of `scheduler.step()`.
differs: PyTorch's scheduler moves when it is stepped, often once per epoch; a Keras schedule counts every update.
"""

from tf_impl.schedules.base import LRScheduler
from tf_impl.schedules.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from tf_impl.schedules.cycles import CyclicLR, OneCycleLR
from tf_impl.schedules.factors import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from tf_impl.schedules.plateau import ReduceLROnPlateau
from tf_impl.schedules.warmup import ChainedScheduler, SequentialLR, warmup_cosine

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
