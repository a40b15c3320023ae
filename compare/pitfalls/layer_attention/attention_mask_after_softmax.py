"""A mask that multiplies the weights of attention leaves them too small: they no longer add up to 1.

Symptom: outputs are smaller where more is masked; without padding all agrees.
Cause: masked_fill(mask, -inf) comes before the softmax, which then shares everything among the rest.
Fix: add -inf (or a large negative number) to the scores, then softmax.
Source: torch/nn/functional.py:6353-6372 (2.13, how scaled_dot_product_attention masks)
"""

import numpy as np

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        length = rng.integers(2, 6, (4, 1))
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 8)), np.arange(6) < length


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(8, 16)

    def loss(model, batch):
        x, y, real = batch
        query, key = model(x).chunk(2, -1)
        scores = (query @ key.mT / 8**0.5).masked_fill(~real[:, None], -torch.inf)
        return nn.functional.mse_loss(scores.softmax(-1) @ x, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda scores, real: tf.nn.softmax(scores) * tf.cast(real, scores.dtype))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda scores, real: tf.nn.softmax(tf.where(real, scores, -np.inf)))


def _tf_side(weigh):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(16)

    def loss(model, batch):
        x, y, real = batch
        query, key = tf.split(model(x), 2, -1)
        scores = tf.matmul(query, key, transpose_b=True) / 8**0.5
        return tf.reduce_mean((tf.matmul(weigh(scores, real[:, None]), x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
