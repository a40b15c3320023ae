"""Dense(8, activation="relu") before BatchNormalization is another order than Linear, BatchNorm, ReLU.

Symptom: the normalisation is given what is positive only; everything behind it differs.
Cause: in PyTorch an activation is a module of its own, and stands behind the norm; as an argument it is in the layer.
Fix: leave activation= out, and put layers.Activation("relu") behind the norm.
Source: keras/src/layers/core/dense.py:221-227 (3.15); Ioffe and Szegedy 2015, 3.2
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))

    def loss(model, batch, training):
        x, y = batch
        return nn.functional.mse_loss(model.train(training)(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    from tf_impl.layers import BatchNorm1d

    return _tf_side(layers.Dense(8, activation="relu"), BatchNorm1d())


def tf_side_fixed():
    from keras import layers

    from tf_impl.layers import BatchNorm1d

    return _tf_side(layers.Dense(8), BatchNorm1d(), layers.Activation("relu"))


def _tf_side(*block):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([*block, layers.Dense(1)])

    def loss(model, batch, training):
        x, y = batch
        return tf.reduce_mean((model(x, training=training) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
