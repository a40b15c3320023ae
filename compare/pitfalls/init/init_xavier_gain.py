"""xavier_uniform_ with a gain is GlorotUniform only without it.

Symptom: a deep tanh network begins with signals that fade in Keras. (The harness copies the weights: the port is
    equivalent, and a finding shows both distributions.)
Cause: the original multiplies by calculate_gain("tanh"), 5/3; GlorotUniform has no gain.
Fix: VarianceScaling(gain**2, "fan_avg", "uniform"): its scale multiplies the variance, the gain the width.
Source: torch/nn/init.py:479-512 (2.13); keras/src/initializers/random_initializers.py:205-257 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):
        x = rng.normal(size=(16, 64))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64))
    for layer in model[::2]:
        nn.init.xavier_uniform_(layer.weight, gain=nn.init.calculate_gain("tanh"))
        nn.init.zeros_(layer.bias)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x).mean(1, keepdim=True), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.initializers.GlorotUniform)


def tf_side_fixed():
    import keras

    return _tf_side(lambda: keras.initializers.VarianceScaling((5 / 3) ** 2, "fan_avg", "uniform"))


def _tf_side(initializer):
    import keras
    import tensorflow as tf
    from keras import layers

    activations = "tanh", None
    model = keras.Sequential([layers.Dense(64, each, kernel_initializer=initializer()) for each in activations])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((tf.reduce_mean(model(x), 1, keepdims=True) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
