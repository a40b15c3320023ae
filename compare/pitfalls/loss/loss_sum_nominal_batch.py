"""A sum divided by the usual batch size makes the last, smaller batch of an epoch count less.

Symptom: all steps agree but the last of each epoch, whose loss and gradients are too small.
Cause: PyTorch's mean divides by the samples that are there, reduction="sum" over 16 always by 16.
Fix: divide by the size of the batch, or let the loss average.
Source: torch/nn/functional.py:4245 (2.13); keras/src/losses/loss.py:140-161 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for size in (16, 16, 16, 5):
        x = rng.normal(size=(size, 4))
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
    return _tf_side(lambda x: 16)


def tf_side_fixed():
    return _tf_side(len)


def _tf_side(size):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return keras.losses.MeanSquaredError(reduction="sum")(y, model(x)) / size(x)

    return model, loss, keras.optimizers.SGD(0.1)
