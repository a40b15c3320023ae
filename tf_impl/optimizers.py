"""The optimizers, after PyTorch's formulas, as keras.optimizers: use them through apply_gradients.

Notice the casts: scalars that PyTorch keeps as Python floats (double precision) are float64 here until the last moment.
differs: PyTorch defaults to an epsilon of 1e-8 in Adam, Keras to 1e-7; the cases give theirs on both sides.
"""

import keras
import tensorflow as tf


class SGD(keras.optimizers.Optimizer):
    """weight -= learning_rate * gradient (torch/optim/sgd.py, 2.13, without momentum)."""

    def __init__(self, learning_rate: float):
        super().__init__(learning_rate)

    def update_step(self, gradient, variable, learning_rate):
        variable.assign_sub(tf.cast(learning_rate, variable.dtype) * gradient)


class Adam(keras.optimizers.Optimizer):
    """Adam as torch/optim/adam.py (2.13) computes it (Kingma and Ba, 2015, algorithm 1).

    differs: PyTorch adds epsilon to the bias-corrected root, Keras to the uncorrected one ("epsilon hat").
    differs: PyTorch counts the steps of each parameter, Keras those of the optimizer.
    """

    def __init__(self, learning_rate: float, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        super().build(variables)
        self.steps = [self.add_variable((), name="step") for _ in variables]
        self.exp_avgs, self.exp_avg_sqs = self.add_optimizer_variables(variables, ["exp_avg", "exp_avg_sq"])

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        exp_avg, exp_avg_sq = self.exp_avgs[index], self.exp_avg_sqs[index]
        step = tf.cast(self.steps[index].assign_add(1), tf.float64)

        exp_avg.assign_add((gradient - exp_avg) * (1 - self.beta_1))
        exp_avg_sq.assign(exp_avg_sq * self.beta_2 + tf.square(gradient) * (1 - self.beta_2))

        # 1 - beta^step cancels: in float32 its first value would be off by 1e-5.
        correction_1 = 1 - tf.constant(self.beta_1, tf.float64) ** step
        correction_2 = 1 - tf.constant(self.beta_2, tf.float64) ** step
        step_size = tf.cast(tf.cast(learning_rate, tf.float64) / correction_1, variable.dtype)
        denominator = tf.sqrt(exp_avg_sq) / tf.cast(tf.sqrt(correction_2), variable.dtype) + self.epsilon
        variable.assign_sub(step_size * exp_avg / denominator)
