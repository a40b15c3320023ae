"""Adadelta with its defaults hardly moves in Keras: the rate is 0.001 there, 1 in PyTorch.

Symptom: the loss does not go down; updates are a thousandth of PyTorch's.
Cause: the defaults are 0.001, rho 0.95, epsilon 1e-7 in Keras, and 1, 0.9, 1e-6 in PyTorch. The formulas agree.
Fix: write all three out.
Source: torch/optim/adadelta.py:32-34 (2.13); keras/src/optimizers/adadelta.py:42-44 (3.15)
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

    return model, loss, torch.optim.Adadelta(model.parameters())


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adadelta())


def tf_side_fixed():
    import keras

    return _tf_side(keras.optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-6))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
