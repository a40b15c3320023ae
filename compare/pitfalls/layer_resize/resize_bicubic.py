"""Bicubic resizing has a parameter of -0.75 in PyTorch, of -0.5 in TensorFlow.

Symptom: images are sharper in PyTorch, and a little off everywhere, most at edges.
Cause: two members of one family of kernels: PyTorch took OpenCV's, TensorFlow 2 Keys' (as Pillow has).
Fix: two matrix products with PyTorch's weights; or antialias=True in PyTorch, which is Keys' as well, if it may change.
Source: torch/nn/functional.py:4922 (2.13); tensorflow/python/ops/image_ops_impl.py:1622,1784 (2.21)
"""

import numpy as np

STAGE = "loss"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(4, 2, 5, 5)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 1, 1))

    def loss(model, batch):
        large = nn.functional.interpolate(model(batch["x"]), (10, 10), mode="bicubic")
        return (torch.tanh(large).mean((2, 3)) - batch["y"]).square().mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda image: tf.cast(tf.image.resize(image, (10, 10), "bicubic"), image.dtype))


def tf_side_fixed():
    import tensorflow as tf

    weights = _weights(-0.75)
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


def _weights(a):
    """Of each of 5 old rows in each of 10 new ones; beyond the border, the last row is repeated."""
    weights = np.zeros((10, 5))
    for row, place in enumerate((np.arange(10) + 0.5) / 2 - 0.5):
        for old in int(np.floor(place)) + np.arange(-1, 3):
            far = abs(place - old)
            near, outer = (a + 2) * far**3 - (a + 3) * far**2 + 1, a * (far**3 - 5 * far**2 + 8 * far - 4)
            weights[row, min(max(old, 0), 4)] += near if far <= 1 else outer
    return weights
