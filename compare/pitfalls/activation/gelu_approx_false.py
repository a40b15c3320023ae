"""gelu of keras.activations and tf.nn is exact; GPT-2 and its like use the tanh approximation.

Symptom: values differ by up to 5e-4 around 1 and -1.
Cause: the model was written with gelu(approximate="tanh").
Fix: approximate=True.
Source: keras/src/activations/activations.py:338 (3.15); torch/nn/functional.py:2054 (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=(8, 4))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 4)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.mse_loss(nn.functional.gelu(z, approximate="tanh"), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((tf.nn.gelu(z) - y) ** 2))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((tf.nn.gelu(z, approximate=True) - y) ** 2))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
