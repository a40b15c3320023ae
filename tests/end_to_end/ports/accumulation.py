"""Gradient accumulation: each step averages the gradients of two halves of its batch, then updates once."""

import numpy as np

STEPS_PER_EPOCH = 3


def batches(rng):
    x = rng.normal(size=(96, 8))
    y = (np.abs(x).sum(axis=1) > 6).astype(float)
    for _ in range(4):
        for rows in rng.permutation(96).reshape(STEPS_PER_EPOCH, 32):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(8, 12)
            self.fc2 = nn.Linear(12, 1)

        def forward(self, x):
            return self.fc2(torch.nn.functional.silu(self.fc1(x)))[:, 0]

    def loss(model, batch):
        return nn.functional.binary_cross_entropy_with_logits(model(batch["x"]), batch["y"])

    model = Classifier()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def torch_step(side, batch):
    side.optimizer.zero_grad()
    total = 0
    for half in (slice(0, 16), slice(16, 32)):
        loss = side.loss(side.model, {name: array[half] for name, array in batch.items()}) / 2
        loss.backward()
        total += loss.detach()
    side.optimizer.step()
    return total


def tf_side():
    import keras
    from keras import layers

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.fc1 = layers.Dense(12)
            self.fc2 = layers.Dense(1)

        def call(self, x):
            return self.fc2(keras.activations.silu(self.fc1(x)))[:, 0]

    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def loss(model, batch):
        return cross_entropy(batch["y"], model(batch["x"]))

    return Network(), loss, keras.optimizers.SGD(0.5)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    sums, total = [tf.zeros_like(variable) for variable in variables], 0
    for half in (slice(0, 16), slice(16, 32)):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, {name: array[half] for name, array in batch.items()}) / 2
        gradients = tape.gradient(value, variables)
        sums = [so_far + gradient for so_far, gradient in zip(sums, gradients, strict=True)]
        total += value
    side.optimizer.apply_gradients(zip(sums, variables, strict=True))
    return total
