"""Each gradient times the root mean square of past steps, over that of past gradients."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Adadelta(Optimizer):
    """Adadelta as torch/optim/adadelta.py (2.13) computes it (Zeiler, 2012).

    differs: PyTorch's rate, rho and epsilon are 1, 0.9 and 1e-6 by default; Keras' are 0.001, 0.95 and 1e-7.
    """

    def __init__(self, learning_rate: float = 1.0, rho: float = 0.9, epsilon: float = 1e-6, weight_decay: float = 0.0):
        super().__init__(learning_rate, weight_decay)
        self.rho, self.epsilon = rho, epsilon

    def build(self, variables):
        super().build(variables)
        self.square_avgs, self.acc_deltas = self.add_optimizer_variables(variables, ["square_avg", "acc_delta"])

    def update(self, index, gradient, variable, rate, step):
        square_avg, acc_delta = self.square_avgs[index], self.acc_deltas[index]
        square_avg.assign(square_avg * self.rho + tf.square(gradient) * (1 - self.rho))
        delta = tf.sqrt(acc_delta + self.epsilon) / tf.sqrt(square_avg + self.epsilon) * gradient
        acc_delta.assign(acc_delta * self.rho + tf.square(delta) * (1 - self.rho))
        variable.assign_sub(tf.cast(rate, variable.dtype) * delta)
