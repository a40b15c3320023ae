"""Channels-first images that are reshaped to channels-last, in place of transposed, are scrambled.

Symptom: no error, and a network that learns a little: pixels of all channels and rows are mixed up.
Cause: reshape keeps the order of the elements in memory, and gives them other places.
Fix: tf.transpose(x, (0, 2, 3, 1)).
Source: torch/nn/modules/conv.py:388 (2.13); keras/src/layers/convolutional/conv2d.py:36 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(4, 3, 5, 5)), rng.normal(size=(4, 2))


def torch_side():
    import torch
    from torch import nn

    model = nn.Conv2d(3, 2, 3)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x).mean((2, 3)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda x: tf.reshape(x, (4, 5, 5, 3)))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda x: tf.transpose(x, (0, 2, 3, 1)))


def _tf_side(channels_last):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Conv2D(2, 3)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((tf.reduce_mean(model(channels_last(x)), (1, 2)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
