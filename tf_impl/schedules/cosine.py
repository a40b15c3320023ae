"""Rates along a cosine (Loshchilov and Hutter, 2017), after torch/optim/lr_scheduler.py (2.13)."""

import math

import keras
import tensorflow as tf

from tf_impl.schedules.base import LRScheduler

_LAST_STEP = 2**53  # float64 holds every whole number up to here


@keras.saving.register_keras_serializable(package="tf_impl")
class CosineAnnealingLR(LRScheduler):
    """Half a cosine from the rate down to `eta_min` in `T_max` steps; after that it rises again.

    differs: PyTorch's eta_min is a rate; the alpha of Keras' CosineDecay is a fraction of the first rate.
    differs: PyTorch's cosine rises again after T_max; Keras' CosineDecay stays at its lowest.
    """

    def __init__(self, learning_rate: float, T_max: int, eta_min: float = 0.0):  # noqa: N803  PyTorch's name
        super().__init__(learning_rate)
        self.T_max, self.eta_min = T_max, eta_min

    def rate(self, step):
        return self.eta_min + (self.learning_rate - self.eta_min) * (1 + tf.cos(math.pi * step / self.T_max)) / 2


@keras.saving.register_keras_serializable(package="tf_impl")
class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine again and again: in `T_0` steps at first, each next one in `T_mult` times as many.

    differs: PyTorch's T_mult is 1 by default; Keras' CosineDecayRestarts has t_mul=2, and may restart one step late.
    """

    def __init__(self, learning_rate: float, T_0: int, T_mult: int = 1, eta_min: float = 0.0):  # noqa: N803
        super().__init__(learning_rate)
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min

    def rate(self, step):
        done, length = self.cycle(step)
        return self.eta_min + (self.learning_rate - self.eta_min) * (1 + tf.cos(math.pi * done / length)) / 2

    def cycle(self, step):
        """How many steps of its cycle are done at `step`, and how many the cycle has."""
        if self.T_mult == 1:
            return tf.math.floormod(step, tf.constant(self.T_0, tf.float64)), self.T_0
        starts, lengths = [0], [self.T_0]
        while starts[-1] + lengths[-1] < _LAST_STEP:
            starts.append(starts[-1] + lengths[-1])
            lengths.append(lengths[-1] * self.T_mult)
        present = tf.reduce_sum(tf.cast(tf.constant(starts, tf.float64) <= step, tf.int32)) - 1
        start, length = (tf.gather(tf.constant(each, tf.float64), present) for each in (starts, lengths))
        return step - start, length
