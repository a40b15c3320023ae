"""tf.image.resize and interpolate sample a smaller image without a filter, unless antialias is set; both must set it.

Symptom: downscaled images are jagged in the port and smooth in the original: Pillow and torchvision filter by default.
Cause: antialias=False is the default of tf.image.resize, whatever the original did.
Fix: antialias=True (in float32, as resize_float32 says); or as here two matrix products.
Source: torch/nn/functional.py:4922 (2.13); tensorflow/python/ops/image_ops_impl.py:1622-1663 (2.21)
"""

STAGE = "loss"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(4, 2, 8, 8)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 1, 1))

    def loss(model, batch):
        small = nn.functional.interpolate(model(batch["x"]), (4, 4), mode="bilinear", antialias=True)
        return (torch.tanh(small).mean((2, 3)) - batch["y"]).square().mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda image: tf.cast(tf.image.resize(image, (4, 4)), image.dtype))


def tf_side_fixed():
    import numpy as np
    import tensorflow as tf

    place = 2 * np.arange(4)[:, None] + 0.5  # the middle of each new row among the old ones
    weights = np.maximum(1 - abs(place - np.arange(8)) / 2, 0)
    weights /= weights.sum(1, keepdims=True)
    return _tf_side(lambda image: tf.einsum("ij,njwc,kw->nikc", weights, image, weights))


def _tf_side(resize):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(1, 1)])

    def loss(model, batch):
        small = tf.tanh(resize(model(batch["x"])))
        return tf.reduce_mean((tf.reduce_mean(small, (1, 2)) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
