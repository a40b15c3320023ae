"""A mean over time counts the padding, unless it is given the mask.

Symptom: sentence vectors are smaller for short sentences; a batch of equal lengths agrees.
Cause: the original divides the sum by the number of real tokens; GlobalAveragePooling1D without a mask by all.
Fix: GlobalAveragePooling1D()(x, mask=mask), or the division written out.
Source: keras/src/layers/pooling/global_average_pooling1d.py:31,70 (3.15)
"""

import numpy as np

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        length = rng.integers(2, 6, (4, 1))
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 5)), np.arange(6) < length


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(8, 5)

    def loss(model, batch):
        x, y, real = batch
        real = real.to(x.dtype)[..., None]
        pooled = (model(x) * real).sum(1) / real.sum(1)
        return nn.functional.mse_loss(pooled, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda pool, x, real: pool(x))


def tf_side_fixed():
    return _tf_side(lambda pool, x, real: pool(x, mask=real))


def _tf_side(pooled):
    import keras
    import tensorflow as tf
    from keras import layers

    model, pool = layers.Dense(5), layers.GlobalAveragePooling1D()

    def loss(model, batch):
        x, y, real = batch
        return tf.reduce_mean((pooled(pool, model(x), real) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
