"""F.normalize bounds the norm by 1e-12, tf.math.l2_normalize its square: the norm by 1e-6.

Symptom: vectors shorter than 1e-6 come out shorter than 1 in TensorFlow; all others agree.
Cause: PyTorch divides by max(|x|, 1e-12), TensorFlow by sqrt(max(|x|^2, 1e-12)).
Fix: tf.math.l2_normalize(h, axis=1, epsilon=1e-24).
Source: torch/nn/functional.py:6100 (2.13); tensorflow/python/ops/nn_impl.py:596 (2.21)
"""

import numpy as np

STAGE = "forward"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4), scale=1e-7)
        yield x, np.sign(x[:, :1] * x[:, 1:2])


def torch_side():
    import torch
    from torch import nn

    class Unit(nn.Module):
        def forward(self, h):
            return nn.functional.normalize(h)

    model = nn.Sequential(nn.Linear(4, 8, bias=False), Unit(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda h: tf.math.l2_normalize(h, axis=1))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda h: tf.math.l2_normalize(h, axis=1, epsilon=1e-24))


def _tf_side(unit):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, use_bias=False), layers.Lambda(unit), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
