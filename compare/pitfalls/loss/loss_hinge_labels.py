"""Hinge of Keras turns labels 0 and 1 into -1 and 1, and only if there are no others.

Symptom: the loss of negative examples differs from one written by hand, which leaves 0 as it is.
Cause: labels are converted where a batch holds nothing but 0 and 1.
Fix: write the margin out with the labels as they are.
Source: keras/src/losses/losses.py:1616 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.integers(0, 2, (8, 1)).astype(float)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 1)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return (1 - y * z).clamp(min=0).mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(lambda y, z: keras.losses.Hinge()(y, z))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(tf.nn.relu(1 - y * z)))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
