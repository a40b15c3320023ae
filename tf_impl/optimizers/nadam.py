"""Adam with Nesterov's momentum, which grows over the first steps."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class NAdam(Optimizer):
    """NAdam as torch/optim/nadam.py (2.13) computes it (Dozat, 2016).

    differs: PyTorch's momentum grows with 0.96^(0.004 * step), for thousands of steps; Keras' with 0.96^step, for 100.
    """

    def __init__(
        self,
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
    ):
        super().__init__(learning_rate, weight_decay, decoupled_weight_decay)
        self.beta_1, self.beta_2, self.epsilon, self.momentum_decay = beta_1, beta_2, epsilon, momentum_decay

    def build(self, variables):
        super().build(variables)
        self.exp_avgs, self.exp_avg_sqs = self.add_optimizer_variables(variables, ["exp_avg", "exp_avg_sq"])
        self.mu_products = [self.add_variable((), initializer="ones", name="mu_product") for _ in variables]

    def update(self, index, gradient, variable, rate, step):
        exp_avg, exp_avg_sq, product = self.exp_avgs[index], self.exp_avg_sqs[index], self.mu_products[index]
        exp_avg.assign_add((gradient - exp_avg) * (1 - self.beta_1))
        exp_avg_sq.assign(exp_avg_sq * self.beta_2 + tf.square(gradient) * (1 - self.beta_2))

        mu, mu_next = self.momentum(step), self.momentum(step + 1)
        product.assign(tf.cast(tf.cast(product, tf.float64) * mu, product.dtype))
        so_far = tf.cast(product, tf.float64)
        correction_2 = 1 - tf.constant(self.beta_2, tf.float64) ** step
        denominator = tf.sqrt(exp_avg_sq / tf.cast(correction_2, variable.dtype)) + self.epsilon
        variable.assign_sub(tf.cast(rate * (1 - mu) / (1 - so_far), variable.dtype) * gradient / denominator)
        variable.assign_sub(tf.cast(rate * mu_next / (1 - so_far * mu_next), variable.dtype) * exp_avg / denominator)

    def momentum(self, step):
        """The momentum of a step, a float64 scalar."""
        return self.beta_1 * (1 - 0.5 * 0.96 ** (step * self.momentum_decay))
