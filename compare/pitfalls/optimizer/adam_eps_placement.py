"""Keras' Adam adds epsilon before the bias correction, PyTorch's after it.

Symptom: with the same epsilon the first updates are smaller in Keras, while gradients and moments agree; it is large
    where gradients are small: a scaled-down loss, the last layers of a trained model, an epsilon of 1e-3 or more.
Cause: Keras adds epsilon to the uncorrected root of the second moment, which acts as epsilon / sqrt(1 - beta2^t) in
    PyTorch's formula: 32 times as much at step 1.
Fix: use tf_impl.optimizers.Adam, which computes as PyTorch does; or set `optimizer.epsilon` to
    1e-8 * sqrt(1 - beta2**t) before each step.
Source: torch/optim/adam.py:544 (2.13); keras/src/optimizers/adam.py:117-135 (3.15);
    https://github.com/keras-team/keras/issues/17391
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

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-8)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adam(0.01, epsilon=1e-8))


def tf_side_fixed():
    from tf_impl.optimizers import Adam

    return _tf_side(Adam(0.01, epsilon=1e-8))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
