"""tf.nn.l2_loss is half of the sum of squares.

Symptom: the loss, and every gradient, is half of PyTorch's, times the outputs of an example.
Cause: MSELoss is the mean, without the half.
Fix: tf.reduce_mean of the squares.
Source: tensorflow/python/ops/gen_nn_ops.py:5723 (2.21); torch/nn/functional.py mse_loss (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=(8, 4))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 4)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.mse_loss(z, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.nn.l2_loss(z - y) / len(y))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((z - y) ** 2))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
