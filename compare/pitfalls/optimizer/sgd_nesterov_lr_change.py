"""Keras' momentum holds the learning rate, PyTorch's does not: they part when the rate changes.

Symptom: equal until the schedule first moves the rate; then the momentum, and with it the loss, parts at each change.
Cause: Keras sums rate * gradient, so past gradients keep the rate of their step; PyTorch sums gradients and multiplies
    the sum by today's rate. It is so with nesterov=True and without.
Fix: use tf_impl.optimizers.SGD, whose momentum is PyTorch's.
Source: torch/optim/sgd.py:364-379 (2.13); keras/src/optimizers/sgd.py:105-119 (3.15);
    https://github.com/pytorch/pytorch/issues/1099
"""

STAGE = "state"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    return Side(model, loss, optimizer, schedule=torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.7))


def tf_side():
    import keras
    from keras.optimizers.schedules import ExponentialDecay

    return _tf_side(keras.optimizers.SGD(ExponentialDecay(0.1, 1, 0.7), momentum=0.9, nesterov=True))


def tf_side_fixed():
    from keras.optimizers.schedules import ExponentialDecay

    from tf_impl.optimizers import SGD

    return _tf_side(SGD(ExponentialDecay(0.1, 1, 0.7), momentum=0.9, nesterov=True))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
