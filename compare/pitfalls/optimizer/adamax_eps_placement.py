"""PyTorch's Adamax adds epsilon to the gradient inside the maximum, Keras' after it.

Symptom: the running maximum differs by epsilon from the first step on; the weights only when an old maximum decays.
Cause: PyTorch keeps max(beta2 * u, |g| + epsilon) and divides by it; Keras keeps max(beta2 * u, |g|) and divides by
    that plus epsilon. They are the same while the newest gradient is the largest.
Fix: use tf_impl.optimizers.Adamax, which computes as PyTorch does.
Source: torch/optim/adamax.py:280-284 (2.13); keras/src/optimizers/adamax.py:120-129 (3.15)
"""

STAGE = "state"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.Adamax(model.parameters(), lr=0.002, eps=1e-4)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adamax(0.002, epsilon=1e-4))


def tf_side_fixed():
    from tf_impl.optimizers import Adamax

    return _tf_side(Adamax(0.002, epsilon=1e-4))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
