"""Adam, and AdamW, which decays the weights and leaves the gradient as it is."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Adam(Optimizer):
    """Adam as torch/optim/adam.py (2.13) computes it (Kingma and Ba, 2015, algorithm 1; Reddi et al., 2018: AMSGrad).

    differs: PyTorch adds epsilon to the bias-corrected root; Keras to the uncorrected one: 32 times as large at step 1.
    differs: PyTorch's epsilon is 1e-8 by default, Keras' 1e-7.
    """

    def __init__(
        self,
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ):
        super().__init__(learning_rate, weight_decay)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad

    def build(self, variables):
        super().build(variables)
        self.exp_avgs, self.exp_avg_sqs = self.add_optimizer_variables(variables, ["exp_avg", "exp_avg_sq"])
        self.max_exp_avg_sqs = self.add_optimizer_variables(variables, "max_exp_avg_sq") if self.amsgrad else []

    def update(self, index, gradient, variable, rate, step):
        exp_avg, exp_avg_sq = self.exp_avgs[index], self.exp_avg_sqs[index]
        exp_avg.assign_add((gradient - exp_avg) * (1 - self.beta_1))
        exp_avg_sq.assign(exp_avg_sq * self.beta_2 + tf.square(gradient) * (1 - self.beta_2))
        second = exp_avg_sq
        if self.amsgrad:
            second = self.max_exp_avg_sqs[index]
            second.assign(tf.maximum(second, exp_avg_sq))

        # 1 - beta^step loses digits: in float32 its first value would be off by 1e-5.
        correction_1 = 1 - tf.constant(self.beta_1, tf.float64) ** step
        correction_2 = 1 - tf.constant(self.beta_2, tf.float64) ** step
        step_size = tf.cast(rate / correction_1, variable.dtype)
        denominator = tf.sqrt(second) / tf.cast(tf.sqrt(correction_2), variable.dtype) + self.epsilon
        variable.assign_sub(step_size * exp_avg / denominator)


@keras.saving.register_keras_serializable(package="tf_impl")
class AdamW(Adam):
    """Adam with the weights themselves shrunk by learning_rate * weight_decay (Loshchilov and Hutter, 2019).

    differs: PyTorch's AdamW decays by 0.01 by default, Keras' by 0.004.
    """

    def __init__(
        self,
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, weight_decay, amsgrad)
        self.decoupled_weight_decay = True
