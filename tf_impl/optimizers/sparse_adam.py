"""Adam for the rows that a gradient lists, as those of an embedding. Epsilon is added to the uncorrected root."""

import keras
import tensorflow as tf

from tf_impl.keras_internals import place_of
from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class SparseAdam(Optimizer):
    """SparseAdam as torch/optim/_functional.py (2.13) computes it. Keras has none.

    differs: SparseAdam leaves the moments and weights of all other rows alone; Keras' Adam decays and moves them too.
    """

    def __init__(
        self,
        learning_rate: float,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        maximize: bool = False,
    ):
        super().__init__(learning_rate, maximize=maximize)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        super().build(variables)
        self.exp_avgs, self.exp_avg_sqs = self.add_optimizer_variables(variables, ["exp_avg", "exp_avg_sq"])

    def update_step(self, gradient, variable, learning_rate):
        if not isinstance(gradient, tf.IndexedSlices):
            raise ValueError("SparseAdam takes gradients that list rows, as an embedding's: use Adam for dense ones")
        index = place_of(self, variable)
        moved = [variable, self.exp_avgs[index], self.exp_avg_sqs[index]]
        before = [tf.identity(each) for each in moved]
        super().update_step(gradient, variable, learning_rate)
        # A listed row may have a gradient of zero: it moves all the same.
        counts = tf.math.bincount(tf.cast(gradient.indices, tf.int32), minlength=variable.shape[0])
        is_listed = tf.reshape(counts > 0, [-1] + [1] * (len(variable.shape) - 1))
        for each, old in zip(moved, before, strict=True):
            each.assign(tf.where(is_listed, each, old))

    def update(self, index, gradient, variable, rate, step):
        exp_avg, exp_avg_sq = self.exp_avgs[index], self.exp_avg_sqs[index]
        exp_avg.assign_add((gradient - exp_avg) * (1 - self.beta_1))
        exp_avg_sq.assign_add((tf.square(gradient) - exp_avg_sq) * (1 - self.beta_2))
        correction_1 = 1 - tf.constant(self.beta_1, tf.float64) ** step
        correction_2 = 1 - tf.constant(self.beta_2, tf.float64) ** step
        step_size = tf.cast(rate * tf.sqrt(correction_2) / correction_1, variable.dtype)
        variable.assign_sub(step_size * exp_avg / (tf.sqrt(exp_avg_sq) + self.epsilon))
