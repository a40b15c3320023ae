"""align_corners=True maps corner to corner; tf.image.resize always maps the middles of pixels.

Symptom: the resized image is shifted and a little smaller or larger, most at the border; segmentation loses edges.
Cause: TensorFlow 2 has half-pixel centres only, PyTorch both (align_corners=False is tf.image.resize).
Fix: two matrix products with the weights of the interpolation, as below.
Source: torch/nn/functional.py:4922 (2.13); tensorflow/python/ops/image_ops_impl.py:1622,1779-1782 (2.21);
    https://github.com/tensorflow/tensorflow/issues/6720
"""

STAGE = "loss"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(4, 2, 5, 5)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 1, 1))

    def loss(model, batch):
        large = nn.functional.interpolate(model(batch["x"]), (9, 9), mode="bilinear", align_corners=True)
        return (torch.tanh(large).mean((2, 3)) - batch["y"]).square().mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda image: tf.cast(tf.image.resize(image, (9, 9), "bilinear"), image.dtype))


def tf_side_fixed():
    import numpy as np
    import tensorflow as tf

    place = np.linspace(0, 4, 9)[:, None]  # of each new row among the old ones
    weights = np.maximum(1 - abs(place - np.arange(5)), 0)
    return _tf_side(lambda image: tf.einsum("ij,njwc,kw->nikc", weights, image, weights))


def _tf_side(resize):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(1, 1)])

    def loss(model, batch):
        large = tf.tanh(resize(model(batch["x"])))
        return tf.reduce_mean((tf.reduce_mean(large, (1, 2)) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
