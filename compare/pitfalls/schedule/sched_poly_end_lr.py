"""Keras' PolynomialDecay ends at a rate of 1e-4, PyTorch's PolynomialLR at 0.

Symptom: rates part from the second step on, most at the end; small rates are mostly that 1e-4.
Cause: end_learning_rate is 1e-4 by default.
Fix: end_learning_rate=0.0.
Source: torch/optim/lr_scheduler.py:1276-1335 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:417-447
    (3.15);
    https://github.com/keras-team/keras/issues/18747
"""

STAGE = "rate"


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.lr_scheduler import PolynomialLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=PolynomialLR(optimizer, total_iters=8))


def tf_side():
    import keras
    from keras.optimizers.schedules import PolynomialDecay

    return _tf_side(keras.optimizers.SGD(PolynomialDecay(0.1, 8)))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import PolynomialDecay

    return _tf_side(keras.optimizers.SGD(PolynomialDecay(0.1, 8, end_learning_rate=0.0)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
