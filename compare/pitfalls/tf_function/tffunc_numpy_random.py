"""np.random inside a tf.function is asked once, when the graph is made: each step gets the same noise.

Symptom: the first step agrees; then augmentation or noise stands still, and the network learns it by heart.
Cause: Python runs while the graph is made; its numbers are constants of the graph. tf.random.* is an operation.
Fix: sample outside and pass the array in, or use tf.random.
Source: tensorflow/python/eager/polymorphic_function/polymorphic_function.py:1305 (2.21, tf.function)
"""

import numpy as np

STAGE = "loss"


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2], rng.integers(0, 1000, 1)  # a seed for each step


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def loss(model, batch, noise=0.0):
        return nn.functional.mse_loss(model(batch[0]) + noise, batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        np.random.seed(int(batch[2][0]))
        value = loss(model, batch, np.random.normal())
        value.backward()
        optimizer.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(outside=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model, optimizer = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)]), keras.optimizers.SGD(0.1)

    def loss(model, batch, noise=0.0):
        return tf.reduce_mean((model(batch[0]) + noise - batch[1]) ** 2)

    @tf.function
    def update(x, y, given=None):
        with tf.GradientTape() as tape:
            value = loss(model, (x, y), np.random.normal() if given is None else given)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    def step(side, batch):
        x, y, seed = batch
        np.random.seed(int(seed[0]))
        return update(x, y, tf.constant(np.random.normal(), tf.float64)) if outside else update(x, y)

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(outside=True)
