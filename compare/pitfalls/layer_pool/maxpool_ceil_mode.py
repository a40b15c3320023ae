"""ceil_mode=True keeps the last, smaller window; a "valid" pooling drops it.

Symptom: at odd sizes the output is a row and a column smaller, and what stood there is lost.
Cause: Keras pools "valid" by default, which rounds the size down; nn.MaxPool2d(ceil_mode=True) rounds up.
Fix: padding="same", which rounds up as well, with windows as large as the stride.
Source: torch/nn/modules/pooling.py:50-62 (2.13); keras/src/layers/pooling/max_pooling2d.py:95 (3.15)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(4, 2, 5, 5)), "y": rng.normal(size=(4, 3))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.MaxPool2d(2, ceil_mode=True))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"]).mean((2, 3)), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side("valid")


def tf_side_fixed():
    return _tf_side("same")


def _tf_side(padding):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(3, 1), layers.MaxPooling2D(2, padding=padding)])

    def loss(model, batch):
        return tf.reduce_mean((tf.reduce_mean(model(batch["x"]), (1, 2)) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
