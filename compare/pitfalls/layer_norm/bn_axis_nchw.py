"""On channels-first images, BatchNormalization() normalises each column of pixels, not each channel.

Symptom: activations differ from the first step on; it runs unnoticed, for gamma simply has as many values as columns.
Cause: Keras' default is axis=-1, which is the width of (N, C, H, W).
Fix: axis=1, or images with the channels last.
Source: torch/nn/functional.py:2859 (2.13); keras/src/layers/normalization/batch_normalization.py:162 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(6):
        yield rng.normal(size=(16, 6, 6, 6)), rng.normal(size=(16, 6))


def torch_side():
    import torch
    from torch import nn

    # momentum=0: the running statistics stand still, for Keras computes their variance differently.
    model = nn.Sequential(nn.BatchNorm2d(6, momentum=0), nn.Softplus())

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x).mean((2, 3)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.layers.BatchNormalization(momentum=1.0, epsilon=1e-5))


def tf_side_fixed():
    import keras

    return _tf_side(keras.layers.BatchNormalization(axis=1, momentum=1.0, epsilon=1e-5))


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([norm, layers.Activation("softplus")])

    def loss(model, batch, training):
        x, y = batch
        return tf.reduce_mean((tf.reduce_mean(model(x, training=training), (2, 3)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
