"""A reshape to (N, heads, time, width) without a transpose mixes time and heads.

Symptom: no error, and attention among what are not the steps of one head; trained from scratch it learns, badly.
Cause: the features of a step are its heads side by side: (N, time, heads, width) is what a reshape gives.
Fix: reshape to that, then tf.transpose(x, (0, 2, 1, 3)), and back in the same way.
Source: torch/nn/functional.py:6947-6957 (2.13); Vaswani et al. 2017, 3.2.2
"""

STAGE = "loss"


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 8))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(8, 24)

    def loss(model, batch):
        x, y = batch
        query, key, value = (each.unflatten(2, (2, 4)).transpose(1, 2) for each in model(x).chunk(3, -1))
        mixed = nn.functional.scaled_dot_product_attention(query, key, value)
        return nn.functional.mse_loss(mixed.transpose(1, 2).flatten(2), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda x: tf.reshape(x, (4, 2, 6, 4)))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda x: tf.transpose(tf.reshape(x, (4, 6, 2, 4)), (0, 2, 1, 3)))


def _tf_side(heads):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(24)

    def loss(model, batch):
        x, y = batch
        query, key, value = map(heads, tf.split(model(x), 3, -1))
        weights = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / 2.0)
        mixed = tf.transpose(tf.matmul(weights, value), (0, 2, 1, 3))
        return tf.reduce_mean((tf.reshape(mixed, x.shape) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
