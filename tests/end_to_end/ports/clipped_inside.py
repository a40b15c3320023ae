"""Gradients are clipped by the norm of all: in PyTorch's loop, so that `.grad` shows it, and in Keras' optimizer."""

import numpy as np

STEPS_PER_EPOCH = 4
MAX_NORM = 0.5


def batches(rng):
    x = rng.normal(size=(80, 4))
    y = 3 * np.tanh(x @ rng.normal(size=(4, 2)))
    for _ in range(3):
        for rows in rng.permutation(80).reshape(STEPS_PER_EPOCH, 20):
            yield {"inputs": x[rows], "targets": y[rows]}


def torch_side():
    import torch
    from torch import nn

    class Regression(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(4, 10)
            self.head = nn.Linear(10, 2)

        def forward(self, x):
            return self.head(nn.functional.softplus(self.body(x)))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["inputs"]), batch["targets"])

    model = Regression()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)


def torch_step(side, batch):
    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    # Not clip_grad_norm_, which divides by the norm + 1e-6.
    gradients = [parameter.grad for parameter in side.model.parameters()]
    norm = sum(gradient.square().sum() for gradient in gradients).sqrt()
    for gradient in gradients:
        gradient.mul_((MAX_NORM / norm).clamp(max=1))
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.body = layers.Dense(10)
            self.head = layers.Dense(2)

        def call(self, x):
            return self.head(tf.math.softplus(self.body(x)))

    def loss(model, batch):
        return tf.reduce_mean(tf.math.squared_difference(model(batch["inputs"]), batch["targets"]))

    # A NumPy number, for Keras takes a Python float through float32.
    momentum = np.float64(0.9)
    return Network(), loss, keras.optimizers.SGD(0.1, momentum=momentum, nesterov=True, global_clipnorm=MAX_NORM)
