"""The common part of the schedules."""

import inspect

import keras
import tensorflow as tf


class LRScheduler(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate by step: a subclass writes its formula as `rate`.

    differs: PyTorch computes rates in float64; Keras' schedules in float32, even where floatx is float64.
    """

    def __init__(self, learning_rate: float):
        self.learning_rate = learning_rate

    def __call__(self, step):
        return tf.convert_to_tensor(self.rate(tf.cast(step, tf.float64)), tf.float64)

    def rate(self, step):
        """The rate of `step`, which counts from 0; both float64 scalars."""
        raise NotImplementedError

    def get_config(self):
        return arguments(self)

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))


def arguments(made, **known) -> dict:
    """The arguments that an instance was made with, serialized: its attributes of the same names.

    `known` are the arguments that are kept elsewhere. Raises AttributeError for an argument that is in neither.
    """
    names = list(inspect.signature(type(made).__init__).parameters)[1:]
    found = {name: known[name] if name in known else getattr(made, name) for name in names}
    return {name: keras.saving.serialize_keras_object(value) for name, value in found.items()}
