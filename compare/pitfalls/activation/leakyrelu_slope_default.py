"""LeakyReLU's slope is 0.3 in Keras, 0.2 in tf.nn, 0.01 in PyTorch.

Symptom: what is negative is 30 times as large in Keras; the discriminator of a GAN, or a detector, learns otherwise.
Cause: three defaults: LeakyReLU(negative_slope=0.3), tf.nn.leaky_relu(alpha=0.2), nn.LeakyReLU(0.01).
Fix: name the slope: LeakyReLU(negative_slope=0.01).
Source: keras/src/layers/activations/leaky_relu.py:38 (3.15); torch/nn/modules/activation.py:913 (2.13)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.LeakyReLU(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.LeakyReLU())


def tf_side_fixed():
    import tensorflow as tf
    from keras import layers

    # Written out: Keras' layer would round 0.01 to float32, see leakyrelu_float32.
    return _tf_side(layers.Lambda(lambda h: tf.where(h > 0, h, 0.01 * h)))


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8), activation, layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
