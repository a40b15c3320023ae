"""The common part of PyTorch's optimizers, around the formula of each.

Notice the casts: scalars that PyTorch keeps as Python floats (double precision) stay float64 until they meet a weight.
differs: PyTorch counts the steps of each parameter that has a gradient; Keras counts those of the optimizer.
differs: PyTorch adds weight decay to the gradient, except in AdamW and Adafactor; Keras always shrinks the weight.
"""

import keras
import tensorflow as tf

from tf_impl.keras_internals import decays, place_of
from tf_impl.schedules.base import arguments


class Optimizer(keras.optimizers.Optimizer):
    """Does what torch.optim does around a formula; a subclass writes the formula as `update`."""

    def __init__(self, learning_rate, weight_decay=0.0, decoupled_weight_decay=False, maximize=False):
        super().__init__(learning_rate)
        # Not `weight_decay`: under that name Keras decays the weights itself, and through float32.
        self.decay, self.decoupled_weight_decay, self.maximize = weight_decay, decoupled_weight_decay, maximize

    def build(self, variables):
        super().build(variables)
        self.steps = [self.add_variable((), name="step") for _ in variables]

    def update_step(self, gradient, variable, learning_rate):
        index = place_of(self, variable)
        rate = tf.cast(learning_rate, tf.float64)
        step = tf.cast(self.steps[index].assign_add(1), tf.float64)
        # An embedding's gradient lists rows, some of them twice: made dense, it has their sum.
        gradient = tf.convert_to_tensor(gradient)
        gradient = self.decayed(-gradient if self.maximize else gradient, variable, rate)
        self.update(index, gradient, variable, rate, step)

    def decayed(self, gradient, variable, rate):
        """The gradient, after decoupled decay of the weights, or with the decay added to it."""
        if not self.decay or not decays(self, variable):
            return gradient
        if not self.decoupled_weight_decay:
            return gradient + self.decay * variable
        variable.assign(variable * tf.cast(1 - rate * self.decay, variable.dtype))
        return gradient

    def get_config(self):
        """The arguments by name; weights excluded from decay must be named again, as with Keras' own optimizers."""
        return arguments(self, learning_rate=super().get_config()["learning_rate"], weight_decay=self.decay)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**keras.saving.deserialize_keras_object(config, custom_objects))

    def update(self, index, gradient, variable, rate, step):
        """Move `variable`, the one at `index`, by its dense `gradient`; `rate` and `step` (from 1) are float64."""
        raise NotImplementedError
