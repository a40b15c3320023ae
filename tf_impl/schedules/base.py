"""What the schedules have in common."""

import keras
import tensorflow as tf


class LRScheduler(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate by step: a subclass writes its formula as `rate`.

    differs: PyTorch computes rates in float64; Keras' schedules in float32, whatever floatx is.
    """

    def __init__(self, learning_rate: float):
        self.learning_rate = learning_rate

    def __call__(self, step):
        return tf.convert_to_tensor(self.rate(tf.cast(step, tf.float64)), tf.float64)

    def rate(self, step):
        """The rate of `step`, which counts from 0; both float64 scalars."""
        raise NotImplementedError

    def get_config(self):
        return {name: value for name, value in vars(self).items() if name[0] != "_"}
