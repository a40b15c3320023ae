"""trunc_normal_ cuts off at -2 and 2, Keras' TruncatedNormal at two standard deviations: it is 12 % narrower.

Symptom: a ViT or BERT with std=0.02 begins with weights of 0.0176 in Keras, none of them above 0.04.
    (The harness copies the weights: the port is equivalent, and a finding shows both distributions.)
Cause: a and b of trunc_normal_ are values, not standard deviations: with std=0.02 nothing is cut off at all; what Keras
    (and JAX) cut is not scaled up again, except in VarianceScaling.
Fix: RandomNormal(stddev=0.02), which is what trunc_normal_(std=0.02) comes to.
Source: torch/nn/init.py:301-327 (2.13); keras/src/initializers/random_initializers.py:93-131 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):
        x = rng.normal(size=(16, 256))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 256))
    for layer in model[::2]:
        nn.init.trunc_normal_(layer.weight, std=0.02)
        nn.init.zeros_(layer.bias)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x).mean(1, keepdim=True), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(lambda: keras.initializers.TruncatedNormal(stddev=0.02))


def tf_side_fixed():
    import keras

    return _tf_side(lambda: keras.initializers.RandomNormal(stddev=0.02))


def _tf_side(initializer):
    import keras
    import tensorflow as tf
    from keras import layers

    activations = "relu", None
    model = keras.Sequential([layers.Dense(256, each, kernel_initializer=initializer()) for each in activations])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((tf.reduce_mean(model(x), 1, keepdims=True) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
