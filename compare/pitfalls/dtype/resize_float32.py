"""Bilinear resizing computes in float32 in TensorFlow, also for float64.

Symptom: in float64 resized images are off by 1e-7. (The harness sets it aside: the port is equivalent, and a remark
    says where float32 leaks in.)
Cause: tf.image.resize, and UpSampling2D(interpolation="bilinear") on it, return float32. The formula is
    align_corners=False, PyTorch's default.
Fix: two matrix products with the weights of the interpolation, in the precision of the image.
Source: tensorflow/python/ops/image_ops_impl.py:1620 (2.21)
"""

STAGE = ""
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(4, 2, 5, 5)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 1, 1))

    def loss(model, batch):
        large = nn.functional.interpolate(model(batch["x"]), scale_factor=2, mode="bilinear")
        return (torch.tanh(large).sum((2, 3)) - batch["y"]).square().mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.001)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda image: tf.cast(tf.image.resize(image, (10, 10)), image.dtype))


def tf_side_fixed():
    import numpy as np
    import tensorflow as tf

    place = np.clip((np.arange(10) + 0.5) / 2 - 0.5, 0, 4)[:, None]
    weights = np.maximum(1 - abs(place - np.arange(5)), 0)  # of each old row (and column) in each new one
    return _tf_side(lambda image: tf.einsum("ij,njwc,kw->nikc", weights, image, weights))


def _tf_side(resize):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(1, 1)])

    def loss(model, batch):
        large = tf.tanh(resize(model(batch["x"])))
        return tf.reduce_mean((tf.reduce_sum(large, (1, 2)) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.001)
