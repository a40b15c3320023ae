"""Stochastic gradient descent, with PyTorch's momentum."""

import keras
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer
from tf_impl.schedules.base import LRScheduler


@keras.saving.register_keras_serializable(package="tf_impl")
class SGD(Optimizer):
    """SGD as torch/optim/sgd.py (2.13) computes it (Sutskever et al., 2013, for Nesterov's momentum).

    differs: PyTorch's momentum sums gradients; Keras' sums steps, the rate included: they part when the rate changes.
    """

    def __init__(
        self,
        learning_rate: float,
        momentum: float | LRScheduler = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        maximize: bool = False,
    ):
        super().__init__(learning_rate, weight_decay, maximize=maximize)
        self.momentum, self.dampening, self.nesterov = momentum, dampening, nesterov

    def build(self, variables):
        super().build(variables)
        self.momentum_buffers = self.add_optimizer_variables(variables, "momentum_buffer") if self.momentum else []

    def update(self, index, gradient, variable, rate, step):
        direction = gradient
        if self.momentum:
            buffer, momentum = self.momentum_buffers[index], self.present_momentum(variable)
            # The first buffer is the gradient itself, whatever the dampening.
            share = tf.where(step == 1, tf.ones_like(step), 1 - self.dampening)
            buffer.assign(momentum * buffer + tf.cast(share, variable.dtype) * gradient)
            direction = gradient + momentum * buffer if self.nesterov else buffer
        variable.assign_sub(tf.cast(rate, variable.dtype) * direction)

    def present_momentum(self, variable):
        """The momentum of this step; where a schedule sets it, a tensor of the variable's dtype."""
        if isinstance(self.momentum, LRScheduler):
            return tf.cast(self.momentum(self.iterations), variable.dtype)
        return self.momentum
