"""tf.nn.ctc_loss with blank_index=-1 takes the last class for the blank; PyTorch's blank is class 0.

Symptom: the loss has another value from the first step on; the two models spell differently.
Cause: -1 is how tf.compat.v1.nn.ctc_loss counted, and Keras' old ctc_batch_cost. PyTorch and keras.losses.CTC use 0.
Fix: blank_index=0. (tf_impl.losses.ctc computes in float64 too, tf.nn.ctc_loss in float32 only.)
Source: torch/nn/functional.py:3094 (2.13); tensorflow/python/ops/ctc_ops.py:329,848 (2.21)
"""

import numpy as np

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        lengths = rng.integers(1, 4, 8)
        labels = rng.integers(1, 5, (8, 3)) * (np.arange(3) < lengths[:, None])
        yield rng.normal(size=(8, 10, 4)), labels, lengths


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 5))

    def loss(model, batch):
        x, labels, lengths = batch
        log_probabilities = nn.functional.log_softmax(model(x), 2).permute(1, 0, 2)
        return nn.functional.ctc_loss(log_probabilities, labels, torch.full((8,), 10), lengths)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(blank=-1)


def tf_side_fixed():
    return _tf_side(blank=0)


def _tf_side(blank):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(5)])

    def loss(model, batch):
        x, labels, lengths = batch
        # Cast, for tf.nn.ctc_loss takes no float64.
        logits = tf.cast(tf.transpose(model(x), (1, 0, 2)), tf.float32)
        labels, lengths = tf.cast(labels, tf.int32), tf.cast(lengths, tf.int32)
        losses = tf.nn.ctc_loss(labels, logits, lengths, tf.fill((8,), 10), blank_index=blank)
        return tf.reduce_mean(losses / tf.cast(lengths, losses.dtype))

    return model, loss, keras.optimizers.SGD(0.1)
