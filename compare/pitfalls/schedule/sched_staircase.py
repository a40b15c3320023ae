"""Keras' ExponentialDecay falls at every step, StepLR once every step_size steps.

Symptom: the rate is lower than PyTorch's between two changes, and equal just at them.
Cause: ExponentialDecay raises decay_rate to step / decay_steps, and rounds that down only with staircase=True.
Fix: staircase=True.
Source: torch/optim/lr_scheduler.py:656-658 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:172-175
    (3.15)
"""

STAGE = "rate"


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.lr_scheduler import StepLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=StepLR(optimizer, step_size=3, gamma=0.3))


def tf_side():
    import keras
    from keras.optimizers.schedules import ExponentialDecay

    return _tf_side(keras.optimizers.SGD(ExponentialDecay(0.1, 3, 0.3)))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import ExponentialDecay

    return _tf_side(keras.optimizers.SGD(ExponentialDecay(0.1, 3, 0.3, staircase=True)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
