"""A Keras model called in one's own loop without training=True normalises with its running statistics.

Symptom: outputs differ from the first batch normalisation on; its running mean and variance never move.
Cause: PyTorch's modules are in training mode until eval(); a Keras layer takes `training` from each call, and it is
    False unless fit, or the call, says otherwise. Dropout is off then as well.
Fix: model(x, training=True) in the training step.
Source: torch/nn/modules/module.py:2885 (2.13); keras/src/layers/normalization/batch_normalization.py:363-394 (3.15);
    https://github.com/tensorflow/tensorflow/issues/32864
"""

STAGE = "forward"


def batches(rng):
    for _ in range(6):
        x = 2 + rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def tf_side():
    import tensorflow as tf

    model, _, optimizer = tf_side_fixed()

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    return model, loss, optimizer


def tf_side_fixed():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d

    # Keras' own layer has another momentum, epsilon and running variance, which are pitfalls of their own.
    model = keras.Sequential([BatchNorm1d(), layers.Dense(1)])

    def loss(model, batch, training):
        return tf.reduce_mean((model(batch[0], training=training) - batch[1]) ** 2)

    return model, loss, keras.optimizers.SGD(0.05)
