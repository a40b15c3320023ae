"""ema_overwrite_frequency copies the average into the weights: it is not how often the average is updated.

Symptom: training is slowed down by as much as the average lags; equal up to the first overwriting of more than the
    weights themselves, at step 2.
Cause: with ema_overwrite_frequency=n Keras overwrites the trained weights with their average every n steps; PyTorch's
    AveragedModel never touches the trained weights.
Fix: leave ema_overwrite_frequency=None, and call finalize_variable_values when training ends (fit does).
Source: keras/src/optimizers/base_optimizer.py:600-612 (3.15); torch/optim/swa_utils.py:294-330 (2.13)
"""

STAGE = "update"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.SGD(0.1, use_ema=True, ema_overwrite_frequency=1))


def tf_side_fixed():
    import keras

    return _tf_side(keras.optimizers.SGD(0.1, use_ema=True))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
