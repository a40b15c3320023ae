"""A warm-up in Keras begins at a rate of 0: the first step does nothing, and all come one step later.

Symptom: the first step leaves the weights as they are; then each rate is that of PyTorch's step before.
Cause: the usual LambdaLR is (step + 1) / warmup, which is positive at step 0 and 1 at step warmup - 1; Keras' warm-up
    is step / warmup.
Fix: begin at rate / warmup, one step shorter.
Source: torch/optim/lr_scheduler.py:343 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:705-711 (3.15)
"""

STAGE = "rate"


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.lr_scheduler import LambdaLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=LambdaLR(optimizer, lambda step: min((step + 1) / 4, 1)))


def tf_side():
    import keras
    from keras.optimizers.schedules import PolynomialDecay

    return _tf_side(keras.optimizers.SGD(PolynomialDecay(0.0, 4, end_learning_rate=0.1)))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import PolynomialDecay

    return _tf_side(keras.optimizers.SGD(PolynomialDecay(0.1 / 4, 4 - 1, end_learning_rate=0.1)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
