"""`//` of tensors rounds down; torch.div(rounding_mode="trunc"), and C, round towards zero.

Symptom: indices that come of negative numbers (relative positions, buckets) are one less; positive ones agree.
Cause: the two differ for a negative quotient with a remainder; TensorFlow's `//` and tf.math.floordiv are Python's.
Fix: tf.truncatediv(x, y).
Source: tensorflow/python/ops/math_ops.py:1708 (2.21); torch/_torch_docs.py:3933-3989 (2.13)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5, 5)), rng.normal(size=(8, 5, 5))


def torch_side():
    import torch
    from torch import nn

    model = nn.Embedding(5, 1)
    position = torch.arange(5)

    def loss(model, batch):
        x, y = batch
        relative = torch.div(position[:, None] - position, 2, rounding_mode="trunc")  # -2 to 2
        return nn.functional.mse_loss(torch.tanh(x + model(relative + 2)[..., 0]), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.math.floordiv)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(tf.truncatediv)


def _tf_side(divided):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Embedding(5, 1)
    position = tf.range(5)

    def loss(model, batch):
        x, y = batch
        relative = divided(position[:, None] - position, 2)
        return tf.reduce_mean((tf.tanh(x + model(relative + 2)[..., 0]) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
