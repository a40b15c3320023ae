"""Each weight is updated twice in a step, on the two halves of its batch; two heads, each with its own optimizer."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    x = rng.normal(size=(96, 6))
    y = np.sin(x @ rng.normal(size=(6, 1)))
    for _ in range(4):
        for rows in rng.permutation(96).reshape(STEPS_PER_EPOCH, 24):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn

    class Heads(nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = nn.Linear(6, 1)
            self.spread = nn.Linear(6, 1)

        def forward(self, x):
            return self.mean(x), self.spread(x)

    def loss(model, batch):
        mean, spread = model(batch["x"])
        error = (mean - batch["y"]) ** 2
        return error.mean() + ((spread - error.detach()) ** 2).mean()

    model = Heads()
    return model, loss, [torch.optim.Adam(part.parameters(), lr=0.02) for part in (model.mean, model.spread)]


def torch_step(side, batch):
    total = 0
    for half in (slice(0, 12), slice(12, 24)):
        for optimizer in side.optimizer:
            optimizer.zero_grad()
        loss = side.loss(side.model, {name: array[half] for name, array in batch.items()})
        loss.backward()
        for optimizer in side.optimizer:
            optimizer.step()
        total += loss.detach() / 2
    return total


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Heads(keras.Model):
        def __init__(self):
            super().__init__()
            self.mean, self.spread = layers.Dense(1), layers.Dense(1)

        def call(self, x):
            return self.mean(x), self.spread(x)

    def loss(model, batch):
        mean, spread = model(batch["x"])
        error = (mean - batch["y"]) ** 2
        return tf.reduce_mean(error) + tf.reduce_mean((spread - tf.stop_gradient(error)) ** 2)

    return Heads(), loss, [Adam(learning_rate=0.02), Adam(learning_rate=0.02)]


def tf_step(side, batch):
    import tensorflow as tf

    total, parts = 0, (side.model.mean, side.model.spread)
    for half in (slice(0, 12), slice(12, 24)):
        with tf.GradientTape() as tape:
            loss = side.loss(side.model, {name: array[half] for name, array in batch.items()})
        gradients = tape.gradient(loss, [part.trainable_variables for part in parts])
        for optimizer, part, of_part in zip(side.optimizer, parts, gradients, strict=True):
            optimizer.apply_gradients(zip(of_part, part.trainable_variables, strict=True))
        total += loss / 2
    return total
