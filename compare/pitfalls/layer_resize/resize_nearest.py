"""interpolate(mode="nearest") rounds down; tf.image.resize takes the pixel whose middle is nearest.

Symptom: equal for whole factors; for others, and for smaller images, some rows and columns are their neighbours.
Cause: PyTorch reads row floor(i * old / new), as OpenCV does; TensorFlow floor((i + 0.5) * old / new), which is
    PyTorch's mode="nearest-exact".
Fix: gather the rows and columns; or "nearest-exact" in PyTorch, if it may be changed.
Source: torch/nn/functional.py:4922 (2.13); tensorflow/python/ops/image_ops_impl.py:1622 (2.21);
    https://github.com/pytorch/pytorch/issues/34808
"""

STAGE = "loss"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(4, 2, 6, 6)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 1, 1))

    def loss(model, batch):
        large = nn.functional.interpolate(model(batch["x"]), (9, 9), mode="nearest")
        return (torch.tanh(large).mean((2, 3)) - batch["y"]).square().mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda image: tf.image.resize(image, (9, 9), "nearest"))


def tf_side_fixed():
    import numpy as np
    import tensorflow as tf

    rows = np.arange(9) * 6 // 9
    return _tf_side(lambda image: tf.gather(tf.gather(image, rows, axis=1), rows, axis=2))


def _tf_side(resize):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(1, 1)])

    def loss(model, batch):
        large = tf.tanh(resize(model(batch["x"])))
        return tf.reduce_mean((tf.reduce_mean(large, (1, 2)) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
