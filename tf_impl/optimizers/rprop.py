"""Steps of each weight's own size: the sign of the gradient decides, for full batches."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Rprop(Optimizer):
    """Rprop as torch/optim/rprop.py (2.13) computes it (Riedmiller and Braun, 1993). Keras has none.

    differs: PyTorch's learning rate is the size of Rprop's first step only: a schedule changes nothing.
    """

    def __init__(
        self,
        learning_rate: float,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
    ):
        super().__init__(learning_rate)
        self.etas, self.step_sizes = etas, step_sizes

    def build(self, variables):
        super().build(variables)
        self.prevs, self.sizes = self.add_optimizer_variables(variables, ["prev", "step_size"])

    def update(self, index, gradient, variable, rate, step):
        prev, size = self.prevs[index], self.sizes[index]
        less, more = self.etas
        agreement = tf.sign(gradient * prev)
        factor = tf.where(agreement > 0, more * tf.ones_like(gradient), 1.0)
        factor = tf.where(agreement < 0, less * tf.ones_like(gradient), factor)
        before = tf.where(step == 1, tf.cast(rate, variable.dtype), size)
        size.assign(tf.clip_by_value(before * factor, *self.step_sizes))
        # Where the sign turned, the weight waits a step, and the next gradient agrees with none.
        prev.assign(tf.where(agreement < 0, tf.zeros_like(gradient), gradient))
        variable.assign_sub(tf.sign(prev) * size)
