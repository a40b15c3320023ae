"""A loop without zero_grad() moves by the sum of all gradients so far; a tape begins anew each time.

Symptom: the first step agrees, the second one's gradient is PyTorch's minus that of the first.
Cause: backward() adds to .grad, and nothing but zero_grad() forgets. (It may be a fault of the original.)
Fix: keep the sum in the port too.
Source: torch/optim/optimizer.py:1024 (2.13); tensorflow/python/eager/backprop.py:704 (2.21)
"""

STAGE = "gradient"


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

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(keep=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    optimizer, total = keras.optimizers.SGD(0.1), None

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        nonlocal total
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        weights = model.trainable_variables
        gradients = tape.gradient(value, weights)
        total = [sum(pair) for pair in zip(total, gradients, strict=True)] if keep and total else gradients
        optimizer.apply_gradients(zip(total, weights, strict=True))
        return value

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(keep=True)
