"""Keras' KLDivergence takes probabilities; PyTorch's kl_div takes their logarithms first.

Symptom: the loss is a constant and the gradients are zero: the model does not learn.
Cause: logarithms of probabilities are negative, and Keras clips what it gets to [1e-7, 1].
Fix: give it softmax, not log_softmax.
Source: torch/nn/functional.py:3464 (2.13); keras/src/losses/losses.py:2104-2106 (3.15);
    https://github.com/pytorch/pytorch/pull/7006
"""

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        yield rng.normal(size=(16, 4)), rng.dirichlet((1, 1, 1), 16)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))

    def loss(model, batch):
        x, y = batch
        return nn.functional.kl_div(nn.functional.log_softmax(model(x), 1), y, reduction="batchmean")

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.nn.log_softmax)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(tf.nn.softmax)


def _tf_side(output):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(3)])

    def loss(model, batch):
        x, y = batch
        return keras.losses.KLDivergence()(y, output(model(x)))

    return model, loss, keras.optimizers.SGD(0.1)
