"""keras.ops.gelu is the tanh approximation by default, PyTorch's gelu is exact.

Symptom: values differ by up to 5e-4 around 1 and -1.
Cause: approximate=True is the default of keras.ops.gelu; that of keras.activations.gelu is False.
Fix: approximate=False.
Source: keras/src/ops/nn.py:635 (3.15); torch/nn/functional.py:2054 (2.13)
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
        return nn.functional.mse_loss(nn.functional.gelu(z), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((keras.ops.gelu(z) - y) ** 2))


def tf_side_fixed():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((keras.ops.gelu(z, approximate=False) - y) ** 2))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
