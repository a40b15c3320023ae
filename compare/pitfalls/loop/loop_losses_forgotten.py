"""A kernel_regularizer does nothing in a loop of one's own, unless model.losses are added.

Symptom: the loss is smaller than PyTorch's by the penalty, and weights grow without limit.
Cause: regularizers put their penalties into model.losses; fit adds them to the loss, a GradientTape does not.
Fix: value += tf.add_n(model.losses), inside the tape.
Source: keras/src/layers/layer.py:1312 (3.15); keras/src/trainers/trainer.py:390-391 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        penalty = 0.125 * sum(model[layer].weight.square().sum() for layer in (0, 2))
        return nn.functional.mse_loss(model(x), y) + penalty

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda model: 0.0)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda model: tf.add_n(model.losses))


def _tf_side(penalty):
    import keras
    import tensorflow as tf
    from keras import layers

    def dense(units, activation=None):
        return layers.Dense(units, activation, kernel_regularizer=keras.regularizers.L2(0.125))

    model = keras.Sequential([dense(8, "tanh"), dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2) + penalty(model)

    return model, loss, keras.optimizers.SGD(0.1)
