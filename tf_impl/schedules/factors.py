"""Rates that are a factor times the first rate, after torch/optim/lr_scheduler.py (2.13), in closed form."""

import keras
import tensorflow as tf

from tf_impl.schedules.base import LRScheduler


@keras.saving.register_keras_serializable(package="tf_impl")
class ConstantLR(LRScheduler):
    """`factor` times the rate in the first `total_iters` steps."""

    def __init__(self, learning_rate: float, factor: float = 1.0 / 3, total_iters: int = 5):
        super().__init__(learning_rate)
        self.factor, self.total_iters = factor, total_iters

    def rate(self, step):
        return self.learning_rate * tf.where(step < self.total_iters, self.factor * tf.ones_like(step), 1.0)


@keras.saving.register_keras_serializable(package="tf_impl")
class ExponentialLR(LRScheduler):
    """`gamma` times the last rate at each step."""

    def __init__(self, learning_rate: float, gamma: float):
        super().__init__(learning_rate)
        self.gamma = gamma

    def rate(self, step):
        return self.learning_rate * self.gamma**step


@keras.saving.register_keras_serializable(package="tf_impl")
class LambdaLR(LRScheduler):
    """The factor is `lr_lambda(step)`, a function of a float64 scalar: write it with operations that take tensors.

    differs: PyTorch calls the function with an int at each step; a TensorFlow graph calls it once, with a tensor.
    """

    def __init__(self, learning_rate: float, lr_lambda):
        super().__init__(learning_rate)
        self.lr_lambda = lr_lambda

    def rate(self, step):
        return self.learning_rate * tf.convert_to_tensor(self.lr_lambda(step), tf.float64)


@keras.saving.register_keras_serializable(package="tf_impl")
class LinearLR(LRScheduler):
    """The factor goes from `start_factor` to `end_factor` in a straight line of `total_iters` steps, and stays there.

    differs: PyTorch's LinearLR starts at 1/3 of the rate by default; a warm-up of Keras' CosineDecay usually at 0.
    """

    def __init__(
        self, learning_rate: float, start_factor: float = 1.0 / 3, end_factor: float = 1.0, total_iters: int = 5
    ):
        super().__init__(learning_rate)
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters

    def rate(self, step):
        part = tf.minimum(step, float(self.total_iters)) / self.total_iters
        return self.learning_rate * (self.start_factor + (self.end_factor - self.start_factor) * part)


@keras.saving.register_keras_serializable(package="tf_impl")
class MultiStepLR(LRScheduler):
    """`gamma` times the last rate from each milestone on.

    differs: PyTorch's rate changes at the milestone; that of Keras' PiecewiseConstantDecay one step after its boundary.
    """

    def __init__(self, learning_rate: float, milestones: list[int], gamma: float = 0.1):
        super().__init__(learning_rate)
        self.milestones, self.gamma = sorted(milestones), gamma

    def rate(self, step):
        passed = tf.constant(self.milestones, tf.float64) <= step
        return self.learning_rate * self.gamma ** tf.reduce_sum(tf.cast(passed, tf.float64))


@keras.saving.register_keras_serializable(package="tf_impl")
class MultiplicativeLR(LRScheduler):
    """The factor is the product of `lr_lambda(1)` to `lr_lambda(step)`, multiplied again at each step."""

    def __init__(self, learning_rate: float, lr_lambda):
        super().__init__(learning_rate)
        self.lr_lambda = lr_lambda

    def rate(self, step):
        def one(step):
            return tf.convert_to_tensor(self.lr_lambda(step), tf.float64)

        return self.learning_rate * tf.reduce_prod(tf.map_fn(one, tf.range(1, step + 1, dtype=tf.float64)))


@keras.saving.register_keras_serializable(package="tf_impl")
class PolynomialLR(LRScheduler):
    """Down to zero in `total_iters` steps, as a power of the fraction that is left.

    differs: PyTorch's PolynomialLR ends at 0; Keras' PolynomialDecay ends at 1e-4 by default.
    """

    def __init__(self, learning_rate: float, total_iters: int = 5, power: float = 1.0):
        super().__init__(learning_rate)
        self.total_iters, self.power = total_iters, power

    def rate(self, step):
        left = (self.total_iters - tf.minimum(step, float(self.total_iters))) / self.total_iters
        return self.learning_rate * left**self.power


@keras.saving.register_keras_serializable(package="tf_impl")
class StepLR(LRScheduler):
    """`gamma` times the last rate every `step_size` steps.

    differs: PyTorch's StepLR keeps the rate for step_size steps; Keras' ExponentialDecay only does with staircase=True.
    """

    def __init__(self, learning_rate: float, step_size: int, gamma: float = 0.1):
        super().__init__(learning_rate)
        self.step_size, self.gamma = step_size, gamma

    def rate(self, step):
        # Not floor(step / 49): a graph multiplies by 1/49 instead, and is one step late.
        return self.learning_rate * self.gamma ** tf.math.floordiv(step, tf.constant(self.step_size, tf.float64))
