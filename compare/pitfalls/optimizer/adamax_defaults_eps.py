"""Adamax's default rate is 0.001 in Keras, 0.002 in PyTorch.

Symptom: every update is half of PyTorch's, or less.
Cause: the default rates differ, the default epsilons too (1e-7, PyTorch: 1e-8), and a given epsilon does something
    else (adamax_eps_placement).
Fix: write the rate out; with an epsilon that matters use tf_impl.optimizers.Adamax.
Source: torch/optim/adamax.py:33 (2.13); keras/src/optimizers/adamax.py:120-129 (3.15);
    https://github.com/pytorch/pytorch/pull/895
"""

STAGE = "rate"


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

    return model, loss, torch.optim.Adamax(model.parameters(), eps=1e-3)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adamax(epsilon=1e-3))


def tf_side_fixed():
    from tf_impl.optimizers import Adamax

    return _tf_side(Adamax(0.002, epsilon=1e-3))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
