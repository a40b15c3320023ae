"""Adam without the second moment in its first steps. Epsilon is added to the uncorrected root, as in Keras' Adam."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class RAdam(Optimizer):
    """RAdam as torch/optim/radam.py (2.13) computes it (Liu et al., 2020, algorithm 2). Keras has none."""

    def __init__(
        self,
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
    ):
        super().__init__(learning_rate, weight_decay, decoupled_weight_decay)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        super().build(variables)
        self.exp_avgs, self.exp_avg_sqs = self.add_optimizer_variables(variables, ["exp_avg", "exp_avg_sq"])

    def update(self, index, gradient, variable, rate, step):
        exp_avg, exp_avg_sq = self.exp_avgs[index], self.exp_avg_sqs[index]
        exp_avg.assign_add((gradient - exp_avg) * (1 - self.beta_1))
        exp_avg_sq.assign(exp_avg_sq * self.beta_2 + tf.square(gradient) * (1 - self.beta_2))

        correction_1 = 1 - tf.constant(self.beta_1, tf.float64) ** step
        power_2 = tf.constant(self.beta_2, tf.float64) ** step
        correction_2 = 1 - power_2
        # How many gradients the second moment averages, in the limit and now; above 5 it is used.
        longest = 2 / (1 - self.beta_2) - 1
        length = longest - 2 * step * power_2 / correction_2
        squared = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        scale = tf.cast(tf.sqrt(squared) * tf.sqrt(correction_2), variable.dtype)
        adaptive = scale / (tf.sqrt(exp_avg_sq) + self.epsilon)
        corrected = exp_avg / tf.cast(correction_1, variable.dtype)
        direction = corrected * tf.where(length > 5, adaptive, tf.ones_like(adaptive))
        variable.assign_sub(tf.cast(rate, variable.dtype) * direction)
