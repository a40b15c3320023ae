"""A Keras optimizer keeps its rate in floatx, even where the model is float64.

Symptom: in float64 every update is off by 1e-8. (The harness sets it aside: the port is equivalent, and a remark says
    where float32 leaks in.)
Cause: the rate is a variable of dtype keras.config.floatx(), which is float32 unless it is set, at the time when the
    optimizer is made.
Fix: keras.config.set_floatx("float64") before the optimizer is made.
Source: keras/src/optimizers/base_optimizer.py:185-191 (3.15)
"""

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

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    before = keras.config.floatx()
    keras.config.set_floatx("float32")  # as it is by default
    optimizer = keras.optimizers.SGD(0.1)
    keras.config.set_floatx(before)

    return _tf_side(optimizer)


def tf_side_fixed():
    import keras

    return _tf_side(keras.optimizers.SGD(0.1))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
