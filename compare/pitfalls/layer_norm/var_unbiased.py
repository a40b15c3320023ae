"""std() of PyTorch divides by N - 1, reduce_std by N.

Symptom: standardised values are a little larger than PyTorch's, the more the smaller the batch.
Cause: PyTorch's correction is 1 by default.
Fix: multiply by sqrt(N / (N - 1)).
Source: torch.std (2.13); tensorflow/python/ops/math_ops.py:2694 (2.21)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 1)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.mse_loss(z, (y - y.mean()) / y.std())

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((z - (y - tf.reduce_mean(y)) / tf.math.reduce_std(y)) ** 2))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(
        lambda y, z: tf.reduce_mean((z - (y - tf.reduce_mean(y)) / (tf.math.reduce_std(y) * (8 / 7) ** 0.5)) ** 2)
    )


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
