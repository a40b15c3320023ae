"""The gradient of a norm at zero is NaN in TensorFlow, 0 in PyTorch.

Symptom: the loss agrees once, then everything is NaN.
Cause: the gradient of tf.norm is x / |x|, which is 0 / 0 for a weight that begins at zero; PyTorch puts 0 there.
Fix: take the root of 1 where the sum is 0, and put 0 in its place.
Source: torchgen/packaged/autograd/derivatives.yaml:1343 (2.13); tensorflow/python/ops/linalg_ops.py:563 (2.21);
    https://github.com/tensorflow/tensorflow/issues/12071
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    nn.init.zeros_(model[2].weight)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y) + 0.1 * model[2].weight.norm()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.norm)


def tf_side_fixed():
    return _tf_side(_norm)


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2) + 0.1 * norm(model.layers[1].kernel)

    return model, loss, keras.optimizers.SGD(0.1)


def _norm(x):
    import tensorflow as tf

    total = tf.reduce_sum(x**2)
    return tf.where(total > 0, tf.sqrt(tf.where(total > 0, total, 1)), 0)
