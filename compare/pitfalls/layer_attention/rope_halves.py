"""Rotary embeddings turn pairs: of neighbours in GPT-J and RoFormer, of the two halves in GPT-NeoX and in transformers.

Symptom: a converted checkpoint talks nonsense, though all weights and the formula agree.
Cause: which two features are turned together is a convention, in which the rows of query and key are ordered.
Fix: rotate_half as the original has it: concat([-second half, first half]).
Source: https://github.com/huggingface/transformers/issues/25199; Su et al. 2021, 3.2
"""

import numpy as np

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 8))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(8, 8)
    angles = torch.arange(6)[:, None] / 100 ** (torch.arange(4, dtype=torch.float64) / 4)
    cos, sin = (torch.cat([part, part], -1) for part in (angles.cos(), angles.sin()))

    def loss(model, batch):
        x, y = batch
        query = model(x)
        first, second = query.chunk(2, -1)
        turned = query * cos.to(x.dtype) + torch.cat([-second, first], -1) * sin.to(x.dtype)
        return nn.functional.mse_loss(torch.tanh(turned), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    def neighbours(query, angles):
        cos, sin = (tf.repeat(part, 2, axis=-1) for part in (tf.cos(angles), tf.sin(angles)))
        other = tf.stack([-query[..., 1::2], query[..., ::2]], -1)
        return query * cos + tf.reshape(other, query.shape) * sin

    return _tf_side(neighbours)


def tf_side_fixed():
    import tensorflow as tf

    def halves(query, angles):
        cos, sin = (tf.concat([part, part], -1) for part in (tf.cos(angles), tf.sin(angles)))
        first, second = tf.split(query, 2, -1)
        return query * cos + tf.concat([-second, first], -1) * sin

    return _tf_side(halves)


def _tf_side(turn):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(8)
    angles = np.arange(6)[:, None] / 100 ** (np.arange(4) / 4)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((tf.tanh(turn(model(x), tf.constant(angles, x.dtype))) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
