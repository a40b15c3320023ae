"""Momentum by an optimizer in PyTorch; in TensorFlow the same formula written out, with assign_add and assign_sub."""

import numpy as np

STEPS_PER_EPOCH = 5
RATE, MOMENTUM = 0.05, 0.8


def batches(rng):
    x = rng.normal(size=(100, 5))
    y = np.tanh(x @ rng.normal(size=(5, 3)))
    for _ in range(4):
        for rows in rng.permutation(100).reshape(STEPS_PER_EPOCH, 20):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 3))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"]), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([keras.Input((5,)), layers.Dense(12), layers.Activation("tanh"), layers.Dense(3)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch["x"]) - batch["y"]) ** 2)

    return model, loss, Momenta(model.trainable_variables)


class Momenta:
    """Not an optimizer of Keras': only what it does to the weights can be seen."""

    def __init__(self, variables):
        import tensorflow as tf

        self.variables = variables
        self.momenta = [tf.Variable(tf.zeros_like(variable)) for variable in variables]

    def move(self, gradients):
        for variable, gradient, momentum in zip(self.variables, gradients, self.momenta, strict=True):
            momentum.assign(MOMENTUM * momentum + gradient)
            variable.assign_sub(RATE * momentum)


def tf_step(side, batch):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = side.loss(side.model, batch)
    side.optimizer.move(tape.gradient(loss, side.optimizer.variables))
    return loss
