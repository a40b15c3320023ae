"""HeNormal cuts its normal distribution off at two standard deviations; kaiming_normal_ does not.

Symptom: no weight of Keras' is ever beyond 2.3 / sqrt(inputs / 2); single large weights are missing.
    (The harness copies the weights: the port is equivalent, and a finding shows both distributions.)
Cause: HeNormal, GlorotNormal and LecunNormal are truncated, and widened so that the variance is right again.
Fix: VarianceScaling(2.0, "fan_in", "untruncated_normal").
Source: keras/src/initializers/random_initializers.py:304-309,565 (3.15); torch/nn/init.py:619 (2.13)
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
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x).mean(1, keepdim=True), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.initializers.HeNormal)


def tf_side_fixed():
    import keras

    return _tf_side(lambda: keras.initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal"))


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
