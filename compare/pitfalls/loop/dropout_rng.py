"""Dropout's masks never coincide, whatever the seeds.

Symptom: the losses are apart from the first step on, by the noise of the masks. (The harness switches dropout layers
    off, as no layer of the other framework can be compared with them: here it is the mask as a whole that parts.)
Cause: each framework makes its random numbers in its own way; the same seed gives other numbers.
Fix: where the masks matter, make them once, with NumPy, and give them to both sides with the batch.
Source: torch/nn/functional.py:1467 (2.13); keras/src/layers/regularization/dropout.py:7 (3.15)
"""

STAGE = "forward"
RATE = 0.5


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2], (rng.random((16, 8)) > RATE) / (1 - RATE)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y, mask = batch
        return nn.functional.mse_loss(model[2](model[1](model[0](x)) * mask), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dropout(RATE, seed=0), layers.Dense(1)])

    def loss(model, batch, training):
        x, y, _ = batch
        return tf.reduce_mean((model(x, training=training) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.05)


def tf_side_fixed():
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y, mask = batch
        hidden, output = model.layers
        return tf.reduce_mean((output(hidden(x) * mask) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.05)
