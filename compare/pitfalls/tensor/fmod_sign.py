"""torch.fmod has the sign of the dividend, tf.math.mod that of the divisor.

Symptom: angles, phases and positions that are wrapped agree where they are positive, and are off by a period elsewhere.
Cause: fmod is C's; tf.math.mod, `%` of a tensor and torch.remainder are Python's, rounded down.
Fix: x - period * trunc(x / period), as below; tf.truncatemod is the same, without a gradient.
Source: tensorflow/python/ops/math_ops.py:1680-1738 (2.21); torch/_torch_docs.py:4310 (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 1)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(torch.fmod(3 * model(x), 2.0), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.math.mod)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda x, period: x - period * tf.sign(x) * tf.floor(abs(x) / period))


def _tf_side(wrapped):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(1)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((wrapped(3 * model(x), 2.0) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
