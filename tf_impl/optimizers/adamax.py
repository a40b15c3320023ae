"""Adam with the largest past gradient in place of the mean square."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Adamax(Optimizer):
    """Adamax as torch/optim/adamax.py (2.13) computes it (Kingma and Ba, 2015, algorithm 2).

    differs: PyTorch adds epsilon to each gradient inside the maximum, Keras after it; default rates: 0.002 and 0.001.
    """

    def __init__(
        self,
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ):
        super().__init__(learning_rate, weight_decay)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        super().build(variables)
        self.exp_avgs, self.exp_infs = self.add_optimizer_variables(variables, ["exp_avg", "exp_inf"])

    def update(self, index, gradient, variable, rate, step):
        exp_avg, exp_inf = self.exp_avgs[index], self.exp_infs[index]
        exp_avg.assign_add((gradient - exp_avg) * (1 - self.beta_1))
        exp_inf.assign(tf.maximum(exp_inf * self.beta_2, tf.abs(gradient) + self.epsilon))
        correction_1 = 1 - tf.constant(self.beta_1, tf.float64) ** step
        variable.assign_sub(tf.cast(rate / correction_1, variable.dtype) * exp_avg / exp_inf)
