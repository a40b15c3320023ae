"""Adam that keeps only the row and column means of the second moment of a matrix."""

import keras
import numpy as np
import tensorflow as tf

from tf_impl.optimizers.base import Optimizer


@keras.saving.register_keras_serializable(package="tf_impl")
class Adafactor(Optimizer):
    """Adafactor as torch/optim/_adafactor.py (2.13) computes it (Shazeer and Stern, 2018).

    differs: PyTorch bounds the second moment below by epsilon squared; Keras adds epsilon to each squared gradient.
    differs: PyTorch takes means over the last two axes: of a convolution height and width, in Keras' kernel in and out.
    """

    def __init__(
        self,
        learning_rate: float,
        beta2_decay: float = -0.8,
        epsilon: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
    ):
        super().__init__(learning_rate, weight_decay, decoupled_weight_decay=True)
        self.beta2_decay, self.epsilon, self.d = beta2_decay, epsilon, d

    def build(self, variables):
        super().build(variables)
        self.row_vars, self.col_vars, self.variances = [], [], []
        for variable in variables:
            rank = len(variable.shape)
            slots = {"row_var": _axes(rank)[1], "col_var": _axes(rank)[0]} if rank > 1 else {"variance": None}
            made = {name: self.add_slot(variable, name, mean_over) for name, mean_over in slots.items()}
            self.row_vars.append(made.get("row_var"))
            self.col_vars.append(made.get("col_var"))
            self.variances.append(made.get("variance"))

    def add_slot(self, variable, name, mean_over):
        """A slot of the variable's shape, with size 1 along the axis that a mean is taken over."""
        shape = [1 if axis == mean_over else size for axis, size in enumerate(variable.shape)]
        return self.add_variable(shape, dtype=variable.dtype, name=name)

    def decayed(self, gradient, variable, rate):
        return gradient  # `update` decays, for the step depends on the size of the weight before its decay

    def update(self, index, gradient, variable, rate, step):
        smallest, least = self.epsilon
        smallest = np.finfo(variable.dtype.as_numpy_dtype).eps if smallest is None else smallest
        size = tf.cast(tf.maximum(_root_mean_square(variable), least), tf.float64) * tf.minimum(rate, 1 / tf.sqrt(step))
        super().decayed(gradient, variable, rate)

        share = tf.cast(step**self.beta2_decay, variable.dtype)
        second = self.second_moment(index, tf.square(gradient), share, smallest)
        direction = tf.math.rsqrt(tf.maximum(second, smallest**2)) * gradient
        clipped = tf.maximum(tf.cast(_root_mean_square(direction), tf.float64) / self.d, 1.0)
        variable.assign_sub(tf.cast(size / clipped, variable.dtype) * direction)

    def second_moment(self, index, squares, share, smallest):
        """The running mean of the squares, with a `share` of the new ones; of a matrix, from its rows and columns."""
        if len(squares.shape) < 2:
            variance = self.variances[index]
            return variance.assign_add((squares - variance) * share)
        rows, columns = _axes(len(squares.shape))
        row_var, col_var = self.row_vars[index], self.col_vars[index]
        row_var.assign_add((tf.reduce_mean(squares, columns, keepdims=True) - row_var) * share)
        col_var.assign_add((tf.reduce_mean(squares, rows, keepdims=True) - col_var) * share)
        return row_var * col_var / tf.maximum(tf.reduce_mean(row_var, rows, keepdims=True), smallest)


def _root_mean_square(tensor):
    return tf.sqrt(tf.reduce_mean(tf.square(tensor)))


def _axes(rank: int) -> tuple[int, int]:
    """The axes of a Keras kernel that are the last two of PyTorch's weight; a convolution's has rank 3 or more."""
    return (1, 0) if rank < 4 else (rank - 4, rank - 3)
