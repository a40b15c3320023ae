"""Dense begins wider than nn.Linear, and with biases of zero.

Symptom: losses begin elsewhere, and a deep network saturates or learns otherwise; with copied weights all agrees.
    (The harness copies them: the port is equivalent, and settings.csv shows both distributions.)
Cause: nn.Linear is uniform within 1 / sqrt(inputs), weights and biases; Dense is uniform within
    sqrt(6 / (inputs + outputs)), 1.7 times as wide where both are the same number.
Fix: RandomUniform(-bound, bound) for both, bound = 1 / sqrt(inputs).
Source: torch/nn/modules/linear.py:117-127 (2.13); keras/src/layers/core/dense.py:89-90 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):
        x = rng.normal(size=(16, 64))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.Dense)


def tf_side_fixed():
    import keras
    from keras import layers

    def dense(units, activation=None):
        bound = 64**-0.5  # both layers have 64 inputs
        kernel, bias = (keras.initializers.RandomUniform(-bound, bound) for _ in range(2))
        return layers.Dense(units, activation, kernel_initializer=kernel, bias_initializer=bias)

    return _tf_side(dense)


def _tf_side(dense):
    import keras
    import tensorflow as tf

    model = keras.Sequential([dense(64, "tanh"), dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
