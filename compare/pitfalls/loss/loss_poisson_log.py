"""PoissonNLLLoss takes the logarithm of the rate, Poisson the rate.

Symptom: both fall, to other values, and the predictions mean something else.
Cause: log_input=True by default: the loss is exp(z) - y z; the port made the rate positive by softplus.
Fix: write exp(z) - y z.
Source: torch/nn/functional.py:3241 (2.13); keras/src/losses/losses.py:2115 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.poisson(2.0, (8, 1)).astype(float)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 1)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.poisson_nll_loss(z, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: keras.losses.Poisson()(y, tf.math.softplus(z)))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(tf.exp(z) - y * z))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
