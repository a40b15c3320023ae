"""nn.LSTM trains two biases, Keras' LSTM one: their sum learns twice as fast.

Symptom: the same outputs, and under SGD a bias that moves half as far in Keras; under Adam less than half, too.
Cause: b_ih and b_hh have the same gradient and are both moved by it.
Fix: a layer with both, as tf_impl.layers.LSTM; or with SGD, the bias' gradient doubled.
Source: torch/nn/modules/rnn.py:206,589-591 (2.13); keras/src/layers/rnn/lstm.py:165-193 (3.15)
"""

STAGE = "update"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(4, 6, 3)), rng.normal(size=(4, 6, 4))


def torch_side():
    import torch
    from torch import nn

    model = nn.LSTM(3, 4, batch_first=True)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x)[0], y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def tf_side():
    from keras import layers

    return _tf_side(layers.LSTM(4, return_sequences=True))


def tf_side_fixed():
    from tf_impl.layers import LSTM

    return _tf_side(LSTM(3, 4, return_state=False))


def _tf_side(model):
    import keras
    import tensorflow as tf

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.5)
