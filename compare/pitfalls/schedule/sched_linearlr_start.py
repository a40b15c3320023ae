"""LinearLR begins at a third of the rate by default; a warm-up in Keras usually begins at 0.

Symptom: the first step does nothing in Keras, and the following ones move less, until the warm-up ends.
Cause: start_factor of torch.optim.lr_scheduler.LinearLR is 1/3 by default, over 5 steps.
Fix: begin at a third of the rate; or use tf_impl.schedules.LinearLR.
Source: torch/optim/lr_scheduler.py:877-1004 (2.13)
"""

STAGE = "rate"


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.lr_scheduler import LinearLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=LinearLR(optimizer))


def tf_side():
    import keras
    from keras.optimizers.schedules import PolynomialDecay

    return _tf_side(keras.optimizers.SGD(PolynomialDecay(0.0, 5, end_learning_rate=0.1)))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import PolynomialDecay

    return _tf_side(keras.optimizers.SGD(PolynomialDecay(0.1 / 3, 5, end_learning_rate=0.1)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
