"""A mask that multiplies the losses leaves padding in the denominator; ignore_index takes it out.

Symptom: loss and gradients are smaller in TensorFlow, by the share of padding in each batch.
Cause: tf.reduce_mean(losses * mask) divides by all positions, PyTorch by those that count.
Fix: tf.reduce_sum(losses * mask) / tf.reduce_sum(mask).
Source: torch/nn/functional.py:3472 (2.13); keras/src/losses/loss.py:153-161 (3.15)
"""

import numpy as np

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        y = rng.integers(0, 3, 16)
        yield rng.normal(size=(16, 4)), np.where(rng.random(16) < 0.3, -100, y)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))

    def loss(model, batch):
        x, y = batch
        return nn.functional.cross_entropy(model(x), y, ignore_index=-100)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda losses, mask: tf.reduce_mean(losses))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda losses, mask: tf.reduce_sum(losses) / tf.reduce_sum(mask))


def _tf_side(mean):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(3)])

    def loss(model, batch):
        x, y = batch
        mask = tf.cast(y != -100, x.dtype)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(y, 0), model(x))
        return mean(losses * mask, mask)

    return model, loss, keras.optimizers.SGD(0.1)
