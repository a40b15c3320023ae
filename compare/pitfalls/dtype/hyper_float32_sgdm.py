"""Keras casts SGD's momentum through float32: 0.9 becomes 0.8999999762.

Symptom: in float64 the momentum is off by 3e-8 from step 2 on. (The harness sets it aside: the port is equivalent,
    and a remark says where float32 leaks in.)
Cause: keras.ops.cast(0.9, "float64") makes a float32 tensor first.
Fix: a NumPy number: np.float64(0.9).
Source: keras/src/optimizers/sgd.py:104 (3.15)
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

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.SGD(0.1, momentum=0.9))


def tf_side_fixed():
    import keras

    return _tf_side(keras.optimizers.SGD(0.1, momentum=np.float64(0.9)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
