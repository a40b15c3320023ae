"""Keras clips probabilities to [1e-7, 1 - 1e-7]; PyTorch's BCELoss only bounds their logarithms by -100.

Symptom: the loss of a confidently wrong sample is 16 at most in Keras, and it gets no gradient: it stays wrong.
Cause: the clip is constant out of its bounds. It stands only where Keras does not find the sigmoid's logits again:
    an operation between sigmoid and loss, as the squeeze here, is enough.
Fix: tf_impl.losses.binary_cross_entropy; or train on logits, on both sides.
Source: torch/nn/functional.py:3566 (2.13); keras/src/backend/tensorflow/nn.py:1483-1489 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        yield rng.normal(size=(16, 4), scale=12), rng.integers(0, 2, 16).astype(float)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())

    def loss(model, batch):
        x, y = batch
        return nn.functional.binary_cross_entropy(model(x).squeeze(1), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.001)


def tf_side():
    import keras

    return _tf_side(lambda p, y: keras.losses.BinaryCrossentropy()(y, p))


def tf_side_fixed():
    from tf_impl.losses import binary_cross_entropy

    return _tf_side(binary_cross_entropy)


def _tf_side(criterion):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(1, "sigmoid")])

    def loss(model, batch):
        x, y = batch
        return criterion(tf.squeeze(model(x), 1), y)

    return model, loss, keras.optimizers.SGD(0.001)
