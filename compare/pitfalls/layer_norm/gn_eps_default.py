"""The epsilon of GroupNormalization is 1e-3 in Keras, 1e-5 in PyTorch.

Symptom: outputs are a little smaller in every layer.
Cause: another default.
Fix: epsilon=1e-5.
Source: keras/src/layers/normalization/group_normalization.py:71 (3.15); torch/nn/modules/normalization.py:239 (2.13)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 8), nn.GroupNorm(2, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch, training):
        x, y = batch
        return nn.functional.mse_loss(model.train(training)(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.GroupNormalization(2))


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.GroupNormalization(2, epsilon=1e-5))


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8), norm, layers.Activation("tanh"), layers.Dense(1)])

    def loss(model, batch, training):
        x, y = batch
        return tf.reduce_mean((model(x, training=training) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
