"""Keras' Adagrad takes `decay=`, warns, and ignores it: PyTorch's lr_decay is lost.

Symptom: the first step agrees, then the weights move further at each step than in PyTorch.
Cause: PyTorch divides the rate by 1 + (t - 1) * lr_decay; Keras accepts the old argument `decay` and drops it.
Fix: give the rate as InverseTimeDecay(rate, 1, lr_decay), or use tf_impl.optimizers.Adagrad(lr_decay=).
Source: torch/optim/adagrad.py:402 (2.13); keras/src/optimizers/base_optimizer.py:85-88 (3.15)
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

    return model, loss, torch.optim.Adagrad(model.parameters(), lr=0.05, lr_decay=0.1)


def tf_side():
    import keras

    # The other settings are PyTorch's: its epsilon of 1e-10 stands outside of the root.

    return _tf_side(keras.optimizers.Adagrad(0.05, initial_accumulator_value=0.0, epsilon=1e-20, decay=0.1))


def tf_side_fixed():
    from tf_impl.optimizers import Adagrad

    return _tf_side(Adagrad(0.05, lr_decay=0.1))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
