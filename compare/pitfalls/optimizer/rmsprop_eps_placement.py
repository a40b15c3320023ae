"""Keras' RMSprop adds epsilon inside the root, PyTorch's adds it to the root.

Symptom: with the same epsilon, small gradients move the weights less in Keras; the mean squares agree.
Cause: gradient / sqrt(v + epsilon) in Keras, gradient / (sqrt(v) + epsilon) in PyTorch: 1e-8 inside the root acts
    like 1e-4 outside. (What Keras calls rho is PyTorch's alpha.)
Fix: use tf_impl.optimizers.RMSprop, which computes as PyTorch does.
Source: torch/optim/rmsprop.py:325-330 (2.13); keras/src/optimizers/rmsprop.py:143-146 (3.15);
    https://github.com/pytorch/pytorch/issues/23796
"""

STAGE = "update"


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

    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.01, alpha=0.9, eps=1e-8)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.RMSprop(0.01, rho=0.9, epsilon=1e-8))


def tf_side_fixed():
    from tf_impl.optimizers import RMSprop

    return _tf_side(RMSprop(0.01, alpha=0.9, epsilon=1e-8))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
