"""Keras' own formula of Adam with PyTorch's epsilon: it casts its numbers in Python to the dtype of the weights."""

import numpy as np


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 8))
        yield {"x": x, "y": np.sin(x[:, :1])}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))

    def loss(model, batch):
        return ((model(batch["x"]) - batch["y"]) ** 2).mean()

    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    class Adam(keras.optimizers.Optimizer):
        def __init__(self, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
            super().__init__(learning_rate)
            self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

        def build(self, variables):
            super().build(variables)
            self.means = self.add_optimizer_variables(variables, "mean")
            self.squares = self.add_optimizer_variables(variables, "square")

        def update_step(self, gradient, variable, learning_rate):
            index, dtype = self._get_variable_index(variable), variable.dtype
            mean, square = self.means[index], self.squares[index]
            step = ops.cast(self.iterations + 1, dtype)
            mean.assign_add((1 - self.beta_1) * (gradient - mean))
            square.assign_add((1 - self.beta_2) * (ops.square(gradient) - square))
            mean_hat = mean / (1 - ops.power(ops.cast(self.beta_1, dtype), step))
            square_hat = square / (1 - ops.power(ops.cast(self.beta_2, dtype), step))
            rate = ops.cast(learning_rate, dtype)
            variable.assign_sub(rate * mean_hat / (ops.sqrt(square_hat) + self.epsilon))

    model = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="tanh"), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean(tf.square(model(batch["x"]) - batch["y"]))

    return model, loss, Adam(1e-2)
