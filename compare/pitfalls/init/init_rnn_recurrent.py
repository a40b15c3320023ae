"""Keras' recurrent kernels begin orthogonal, PyTorch's uniform within 1 / sqrt(units).

Symptom: gradients through many steps neither vanish nor explode in Keras, and do vanish in PyTorch: long sequences are
    learned at another speed. (The harness copies the weights: the port is equivalent, and settings.csv shows both.)
Cause: recurrent_initializer="orthogonal", kernel_initializer="glorot_uniform" and zeros are Keras' defaults; PyTorch
    has one distribution for all of a layer, its biases as well.
Fix: RandomUniform(-bound, bound) for all, bound = 1 / sqrt(units).
Source: torch/nn/modules/rnn.py:308-311 (2.13); keras/src/layers/rnn/gru.py:92-94 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 16))


def torch_side():
    import torch
    from torch import nn

    model = nn.GRU(8, 16, batch_first=True)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x)[0], y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side()


def tf_side_fixed():
    import keras

    names = "kernel_initializer", "recurrent_initializer", "bias_initializer"
    bound = 16**-0.5
    return _tf_side(**{name: keras.initializers.RandomUniform(-bound, bound) for name in names})


def _tf_side(**initializers):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.GRU(16, return_sequences=True, **initializers)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
