"""PyTorch draws query, key and value as one matrix of three times the height: Keras' begin 1.4 times as wide.

Symptom: attention begins sharper in Keras, and the first losses are others; with copied weights all agrees.
    (The harness copies them: the port is equivalent, and settings.csv or a finding shows both distributions.)
Cause: xavier_uniform_ of the stacked (3 E, E) matrix sees 3 E outputs: its limit is sqrt(6 / 4E), not sqrt(6 / 2E).
Fix: kernel_initializer=RandomUniform(-limit, limit), limit = sqrt(6 / 4E), which holds for the output as well; that
    one begins as an nn.Linear does, within 1 / sqrt(E): a little narrower.
Source: torch/nn/modules/activation.py:1232-1242 (2.13); keras/src/initializers/random_initializers.py:663 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, 32)), rng.normal(size=(4, 5, 32))


def torch_side():
    import torch
    from torch import nn

    model = nn.MultiheadAttention(32, 4, batch_first=True)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x, x, x)[0], y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.MultiHeadAttention(4, 8))


def tf_side_fixed():
    import keras
    from keras import layers

    limit = (6 / (4 * 32)) ** 0.5
    return _tf_side(layers.MultiHeadAttention(4, 8, kernel_initializer=keras.initializers.RandomUniform(-limit, limit)))


def _tf_side(attention):
    import keras
    import tensorflow as tf

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x, x) - y) ** 2)

    return attention, loss, keras.optimizers.SGD(0.1)
