"""Each gradient over the root of the sum of all past squares."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Adagrad(Optimizer):
    """Adagrad as torch/optim/adagrad.py (2.13) computes it (Duchi et al., 2011).

    differs: PyTorch's sum starts at 0, with epsilon 1e-10 after the root; Keras' at 0.1, with 1e-7 inside the root.
    """

    def __init__(
        self,
        learning_rate: float,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        epsilon: float = 1e-10,
    ):
        super().__init__(learning_rate, weight_decay)
        self.lr_decay, self.initial_accumulator_value, self.epsilon = lr_decay, initial_accumulator_value, epsilon

    def build(self, variables):
        super().build(variables)
        self.sums = self.add_optimizer_variables(variables, "sum", initializer=self.initial_sum)

    def initial_sum(self, shape, dtype):
        """Not keras.initializers.Constant, which casts a Python float through float32."""
        return tf.fill(shape, tf.constant(self.initial_accumulator_value, dtype))

    def update(self, index, gradient, variable, rate, step):
        total = self.sums[index]
        total.assign_add(tf.square(gradient))
        decayed = rate / (1 + (step - 1) * self.lr_decay)
        variable.assign_sub(tf.cast(decayed, variable.dtype) * gradient / (tf.sqrt(total) + self.epsilon))
