"""Schedules one after the other, a warm-up and then a decay, or all at once."""

import keras
import tensorflow as tf

from tf_impl.schedules.base import LRScheduler
from tf_impl.schedules.cosine import CosineAnnealingLR
from tf_impl.schedules.factors import LinearLR


@keras.saving.register_keras_serializable(package="tf_impl")
class ChainedScheduler(LRScheduler):
    """The factors of all `schedulers`, multiplied: for schedules of one first rate that are factors times it."""

    def __init__(self, schedulers: list[LRScheduler]):
        super().__init__(schedulers[0].learning_rate)
        self.schedulers = schedulers

    def rate(self, step):
        rate = self.schedulers[0].rate(step)
        for scheduler in self.schedulers[1:]:
            rate *= scheduler.rate(step) / self.learning_rate
        return rate


@keras.saving.register_keras_serializable(package="tf_impl")
class SequentialLR(LRScheduler):
    """`schedulers` one after the other, each from its own step 0; the next begins at each of the milestones."""

    def __init__(self, schedulers: list[LRScheduler], milestones: list[int]):
        super().__init__(schedulers[0].learning_rate)
        self.schedulers, self.milestones = schedulers, milestones

    def rate(self, step):
        rate = self.schedulers[0].rate(step)
        for milestone, scheduler in zip(self.milestones, self.schedulers[1:], strict=True):
            rate = tf.where(step < milestone, rate, scheduler.rate(tf.maximum(step - milestone, 0.0)))
        return rate


def warmup_cosine(start, warmup_steps: int, total_steps: int, start_factor: float = 1.0 / 3, eta_min: float = 0.0):
    """A straight line up from start_factor times the rate, then half a cosine down to `eta_min` at `total_steps`.

    `start` is the rate at the top; give the schedule to the optimizer. After `total_steps` it rises again, as
    PyTorch's cosine does.
    """
    warmup = LinearLR(start, start_factor, total_iters=warmup_steps)
    decay = CosineAnnealingLR(start, T_max=total_steps - warmup_steps, eta_min=eta_min)
    return SequentialLR([warmup, decay], milestones=[warmup_steps])
