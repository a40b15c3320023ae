"""Every weight moves by the same amount: the sign of a momentum decides which way."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Lion(Optimizer):
    """Lion (Chen et al., 2023, program 1), written out on both sides.

    differs: PyTorch has no Lion, and the default rate of lion-pytorch is 1e-4, as in the paper; Keras' is 1e-3.
    """

    def __init__(
        self, learning_rate: float = 1e-4, beta_1: float = 0.9, beta_2: float = 0.99, weight_decay: float = 0.0
    ):
        super().__init__(learning_rate, weight_decay, decoupled_weight_decay=True)
        self.beta_1, self.beta_2 = beta_1, beta_2

    def build(self, variables):
        super().build(variables)
        self.exp_avgs = self.add_optimizer_variables(variables, "exp_avg")

    def update(self, index, gradient, variable, rate, step):
        exp_avg = self.exp_avgs[index]
        direction = tf.sign(self.beta_1 * exp_avg + (1 - self.beta_1) * gradient)
        variable.assign_sub(tf.cast(rate, variable.dtype) * direction)
        exp_avg.assign(self.beta_2 * exp_avg + (1 - self.beta_2) * gradient)
