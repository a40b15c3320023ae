"""Each gradient over the root of the mean of past squares."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class RMSprop(Optimizer):
    """RMSprop as torch/optim/rmsprop.py (2.13) computes it (Hinton, 2012; centred: Graves, 2013).

    differs: PyTorch adds epsilon (1e-8) to the root; Keras (1e-7) inside the root, where it acts like 3e-4.
    differs: PyTorch's alpha is 0.99 by default, Keras' rho is 0.9; the default rates are 0.01 and 0.001.
    """

    def __init__(
        self,
        learning_rate: float,
        alpha: float = 0.99,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ):
        super().__init__(learning_rate, weight_decay)
        self.alpha, self.epsilon, self.momentum, self.centered = alpha, epsilon, momentum, centered

    def build(self, variables):
        super().build(variables)
        self.square_avgs = self.add_optimizer_variables(variables, "square_avg")
        self.grad_avgs = self.add_optimizer_variables(variables, "grad_avg") if self.centered else []
        self.momentum_buffers = self.add_optimizer_variables(variables, "momentum_buffer") if self.momentum else []

    def update(self, index, gradient, variable, rate, step):
        square_avg = self.square_avgs[index]
        square_avg.assign(square_avg * self.alpha + tf.square(gradient) * (1 - self.alpha))
        variance = square_avg
        if self.centered:
            grad_avg = self.grad_avgs[index]
            grad_avg.assign_add((gradient - grad_avg) * (1 - self.alpha))
            variance = square_avg - tf.square(grad_avg)
        direction = gradient / (tf.sqrt(variance) + self.epsilon)
        if self.momentum:
            buffer = self.momentum_buffers[index]
            buffer.assign(buffer * self.momentum + direction)
            direction = buffer
        variable.assign_sub(tf.cast(rate, variable.dtype) * direction)
