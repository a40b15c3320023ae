"""LocalResponseNorm takes the width of its window and divides alpha by it; tf.nn.lrn takes the radius and does not.

Symptom: activations differ from the first step on.
Cause: size 5 is depth_radius 2 in TensorFlow, and alpha stands there as it is (with other defaults: alpha 1, beta 0.5).
Fix: tf.nn.lrn(h, 2, bias=k, alpha=alpha / 5, beta=beta).
Source: torch/nn/functional.py:3079-3088 (2.13); tensorflow/python/ops/gen_nn_ops.py:5815 (2.21)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(16, 2, 5, 5)), "y": rng.normal(size=(16, 8))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 8, 1), nn.LocalResponseNorm(5, alpha=0.5, beta=0.75, k=2), nn.Conv2d(8, 8, 1))

    def loss(model, batch):
        x, y = batch["x"], batch["y"]
        return nn.functional.mse_loss(model(x).mean((2, 3)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda h: tf.nn.lrn(h, 5, bias=2, alpha=0.5, beta=0.75))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda h: tf.nn.lrn(h, 2, bias=2, alpha=0.5 / 5, beta=0.75))


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(8, 1), layers.Lambda(norm), layers.Conv2D(8, 1)])

    def loss(model, batch):
        x, y = batch["x"], batch["y"]
        return tf.reduce_mean((tf.reduce_mean(model(x), (1, 2)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
