"""A training step of its own: gradients are clipped by their global norm, and then the head's weights to a range."""

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
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), MAX_NORM)
    side.optimizer.step()
    with torch.no_grad():
        side.model.head.weight.clamp_(-0.25, 0.25)
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

    return Network(), loss, keras.optimizers.SGD(0.1)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, variables)
    # As clip_grad_norm_: the 1e-6 is PyTorch's.
    factor = tf.minimum(MAX_NORM / (tf.linalg.global_norm(gradients) + 1e-6), 1)
    gradients = [gradient * factor for gradient in gradients]
    side.optimizer.apply_gradients(zip(gradients, variables, strict=True))
    side.model.head.kernel.assign(tf.clip_by_value(side.model.head.kernel, -0.25, 0.25))
    return value
