"""The epsilon of BatchNormalization is 1e-3 in Keras, 1e-5 in PyTorch.

Symptom: outputs are a little smaller, the more the smaller the variance.
Cause: another default.
Fix: epsilon=1e-5 (here with PyTorch's running variance as well).
Source: keras/src/layers/normalization/batch_normalization.py:164 (3.15); torch/nn/modules/batchnorm.py:25 (2.13)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch, training):
        x, y = batch
        return nn.functional.mse_loss(model.train(training)(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.BatchNormalization(momentum=0.9))


def tf_side_fixed():
    from tf_impl.layers import BatchNorm1d

    return _tf_side(BatchNorm1d())


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8), norm, layers.Activation("tanh"), layers.Dense(1)])

    def loss(model, batch, training):
        x, y = batch
        return tf.reduce_mean((model(x, training=training) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
