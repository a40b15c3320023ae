"""PyTorch's Softplus returns x itself above 20; TensorFlow's has no threshold.

Symptom: activations above 20 are off by 2e-9 at most, which training hardly feels: the two are equivalent, with a
    remark that one side loses digits (with threshold=5 it would be 7e-3, and no remark any more).
Cause: above `threshold`, PyTorch leaves log(1 + exp(-x)) out, and the derivative is exactly 1.
Fix: tf.where(h > 20, h, tf.math.softplus(h)).
Source: torch/nn/modules/activation.py:991 (2.13); keras/src/backend/tensorflow/nn.py:65 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4), scale=20)
        yield x, x[:, :1] - x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Softplus(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=1e-5)


def tf_side():
    return _tf_side("softplus")


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda h: tf.where(h > 20, h, tf.math.softplus(h)))


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, activation), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(1e-5)
