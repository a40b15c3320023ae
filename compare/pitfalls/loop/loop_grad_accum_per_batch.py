"""One optimizer.step() for several backward() calls is ported as one apply_gradients for each.

Symptom: the loss of the first part of a batch agrees, that of the second does not: the weights have moved in between.
Cause: PyTorch gathers the gradients of the parts in .grad until optimizer.step(); each apply_gradients moves the
    weights at once, by its own gradient.
Fix: add up the gradients of the parts, and apply the sum once.
Source: tensorflow/python/eager/backprop.py:704 (2.21); torch/optim/optimizer.py:1024 (2.13)
"""

STAGE = "forward"
PARTS = 4


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def torch_step(side, batch):
    side.optimizer.zero_grad()
    total = 0
    for part in range(PARTS):
        loss = side.loss(side.model, [array[part::PARTS] for array in batch]) / PARTS
        loss.backward()
        total += loss.detach()
    side.optimizer.step()
    return total


def tf_side(at_once=True):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        weights, total, sums = model.trainable_variables, 0, []
        for part in range(PARTS):
            with tf.GradientTape() as tape:
                value = loss(model, [array[part::PARTS] for array in batch]) / PARTS
            gradients = tape.gradient(value, weights)
            if at_once:
                side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
            sums, total = [a + b for a, b in zip(sums or [0] * 4, gradients, strict=True)], total + value
        if not at_once:
            side.optimizer.apply_gradients(zip(sums, weights, strict=True))
        return total

    return Side(model, loss, keras.optimizers.SGD(0.05), step=step)


def tf_side_fixed():
    return tf_side(at_once=False)
