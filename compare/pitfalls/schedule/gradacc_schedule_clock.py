"""With gradient_accumulation_steps, a Keras schedule counts the parts of a batch, not the updates.

Symptom: the rate falls as many times too fast as gradients are accumulated; the very first update is too small
    already, though at the first part of a batch the rate still agrees.
Cause: Keras reads the schedule at the optimizer's inner count, which every apply_gradients moves on; PyTorch's
    scheduler.step() stands after optimizer.step(), once for all parts.
Fix: multiply decay_steps by gradient_accumulation_steps, and round down with staircase=True.
Source: keras/src/optimizers/base_optimizer.py:777-781 (3.15);
    https://github.com/huggingface/diffusers/issues/2632 (the same trap elsewhere)
"""

import numpy as np

STAGE = "rate"
PARTS = 2


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.7)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    def step(side, batch):
        optimizer.zero_grad()
        for _ in range(PARTS):  # the same part again, so that its gradient is also that of the whole
            value = loss(model, batch)
            (value / PARTS).backward()
        optimizer.step()
        scheduler.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(decay_steps=1):
    import keras
    import tensorflow as tf
    from keras import layers
    from keras.optimizers.schedules import ExponentialDecay

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    rate = ExponentialDecay(np.float64(0.1), decay_steps, np.float64(0.7), staircase=True)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(rate, gradient_accumulation_steps=PARTS)


def tf_side_fixed():
    return tf_side(decay_steps=1 * PARTS)


def tf_step(side, batch):
    import tensorflow as tf

    for _ in range(PARTS):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        weights = side.model.trainable_variables
        side.optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
    return value
