"""tf.cast(0.1, tf.float64) is 0.1 rounded to float32.

Symptom: in float64 every update is off by 1e-8. (The harness sets it aside: the port is equivalent, and a remark says
    where float32 leaks in.)
Cause: tf.cast first makes a tensor of the number, which is float32, and keras.ops.cast does the same.
Fix: tf.constant(0.1, tf.float64); a float64 tensor times a Python 0.1 is exact as well.
Source: tensorflow/python/ops/math_ops.py:972 (2.21)
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
    import tensorflow as tf

    return _tf_side(keras.optimizers.SGD(float(tf.cast(0.1, tf.float64))))


def tf_side_fixed():
    import keras
    import tensorflow as tf

    return _tf_side(keras.optimizers.SGD(float(tf.constant(0.1, tf.float64))))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
