"""A loss function of Keras gives one value an example, and a tape adds them up.

Symptom: every gradient is as many times too large as there are examples; the printed mean is right.
Cause: tape.gradient of a vector is that of its sum; PyTorch refuses backward() of a vector.
Fix: take the mean first.
Source: keras/src/losses/losses.py:1763 (3.15); tensorflow/python/eager/backprop.py:704 (2.21)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 1)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.mse_loss(z, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_sum(keras.losses.mean_squared_error(y, z)))


def tf_side_fixed():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(keras.losses.mean_squared_error(y, z)))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
