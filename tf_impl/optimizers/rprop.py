"""Only the signs of gradients count: use full batches. The rate is the first step's: a schedule changes nothing."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Rprop(Optimizer):
    """Rprop as torch/optim/rprop.py (2.13) computes it (Riedmiller and Braun, 1993). Keras has none."""

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
        # Where the sign changed, the weight stays for one step, and the next gradient is compared with 0.
        prev.assign(tf.where(agreement < 0, tf.zeros_like(gradient), gradient))
        variable.assign_sub(tf.sign(prev) * size)
