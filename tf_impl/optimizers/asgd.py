"""SGD whose rate decays by itself. The average of the weights stays in the state: read it from there yourself."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class ASGD(Optimizer):
    """ASGD as torch/optim/asgd.py (2.13) computes it (Polyak and Juditsky, 1992; Bottou, 2012). Keras has none."""

    def __init__(
        self,
        learning_rate: float,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0.0,
    ):
        super().__init__(learning_rate, weight_decay)
        self.lambd, self.alpha, self.t0 = lambd, alpha, t0

    def build(self, variables):
        super().build(variables)
        self.axs = self.add_optimizer_variables(variables, "ax")
        self.etas = [self.add_variable((), name="eta") for _ in variables]
        self.mus = [self.add_variable((), initializer="ones", name="mu") for _ in variables]

    def update(self, index, gradient, variable, rate, step):
        average, eta, mu = self.axs[index], self.etas[index], self.mus[index]
        # The rate decays after the step: the first one has it whole.
        present = tf.where(step == 1, rate, tf.cast(eta, tf.float64))
        variable.assign(variable * tf.cast(1 - self.lambd * present, variable.dtype))
        variable.assign_sub(tf.cast(present, variable.dtype) * gradient)
        weight = tf.cast(mu, variable.dtype)
        average.assign(tf.where(weight == 1, variable, average + (variable - average) * weight))
        eta.assign(tf.cast(rate / (1 + self.lambd * rate * step) ** self.alpha, eta.dtype))
        mu.assign(tf.cast(1 / tf.maximum(step - self.t0, tf.ones_like(step)), mu.dtype))
