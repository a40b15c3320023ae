"""SmoothL1Loss(beta) is Huber(delta) divided by delta.

Symptom: equal with the default of 1; with any other beta the loss and all gradients are off by that factor.
Cause: two losses of one shape: the slope is 1 far from zero in the one, delta in the other.
Fix: Huber(delta=beta) / beta; nn.HuberLoss(delta) is Keras' Huber(delta) as it is.
Source: torch/nn/functional.py:4010,4081 (2.13); keras/src/losses/losses.py:1962 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 1)

    def loss(model, batch):
        x, y = batch
        return nn.functional.smooth_l1_loss(model(x), y, beta=0.25)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(keras.losses.huber(y, z, delta=0.25)))


def tf_side_fixed():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(keras.losses.huber(y, z, delta=0.25)) / 0.25)


def _tf_side(criterion):
    import keras
    from keras import layers

    model = layers.Dense(1)

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
