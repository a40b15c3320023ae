"""CTCLoss divides each sample's loss by the length of its target; Keras' and TensorFlow's CTC do not.

Symptom: loss and gradients are a few times larger in Keras; long targets weigh more.
Cause: PyTorch's reduction="mean" divides by the target lengths before it averages over the batch.
Fix: divide first, which tf_impl.losses.ctc does (in float64 too, where TensorFlow's computes in float32).
Source: torch/nn/functional.py:3094 (2.13); keras/src/losses/losses.py:2526-2560 (3.15)
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
    import keras

    return _tf_side(lambda z, labels, lengths: keras.losses.CTC()(labels, z))


def tf_side_fixed():
    return _tf_side(_ctc)


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(5)])

    def loss(model, batch):
        x, labels, lengths = batch
        return criterion(model(x), labels, lengths)

    return model, loss, keras.optimizers.SGD(0.1)


def _ctc(logits, labels, lengths):
    import tensorflow as tf

    from tf_impl.losses import ctc

    return ctc(tf.nn.log_softmax(tf.transpose(logits, (1, 0, 2))), labels, tf.fill((8,), 10), lengths)
