"""GaussianNLLLoss bounds the variance by 1e-6; adding 1e-6 to it is not the same.

Symptom: loss and gradients are off by about 1e-6, more where the variance is small.
Cause: PyTorch takes max(variance, eps), and lets the gradient pass as if it had not.
Fix: variance + tf.stop_gradient(tf.maximum(variance, eps) - variance).
Source: torch/nn/functional.py:3379-3383 (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))

    def loss(model, batch):
        x, y = batch
        return nn.functional.gaussian_nll_loss(model(x)[:, :1], y, model(x)[:, 1:].exp())

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda variance: variance + 1e-6)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda variance: variance + tf.stop_gradient(tf.maximum(variance, 1e-6) - variance))


def _tf_side(bounded):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(2)])

    def loss(model, batch):
        x, y = batch
        variance = bounded(tf.exp(model(x)[:, 1:]))
        return 0.5 * tf.reduce_mean(tf.math.log(variance) + (y - model(x)[:, :1]) ** 2 / variance)

    return model, loss, keras.optimizers.SGD(0.1)
