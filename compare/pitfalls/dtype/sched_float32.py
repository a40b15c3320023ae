"""Keras' schedules compute in float32 when their rate is a Python float, whatever floatx is.

Symptom: in float64 the rate is off by 1e-8 or so. (The harness sets it aside: the port is equivalent, and a remark
    says where float32 leaks in.)
Cause: the schedule's dtype is that of a tensor made of its first rate, which is float32 for a Python float.
Fix: a NumPy number: np.float64(0.1).
Source: keras/src/optimizers/schedules/learning_rate_schedule.py:715-718 (3.15)
"""

import numpy as np

STAGE = ""


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

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8))


def tf_side():
    import keras
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(keras.optimizers.SGD(CosineDecay(0.1, 8)))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(keras.optimizers.SGD(CosineDecay(np.float64(0.1), 8)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
