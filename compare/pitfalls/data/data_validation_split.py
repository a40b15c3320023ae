"""validation_split holds out the last samples; random_split any.

Symptom: sorted data (by class, by time) are trained without their last classes, and validated on these alone.
Cause: fit cuts the arrays at (1 - validation_split) before it shuffles; random_split permutes first.
Fix: permute the arrays first, or cut them by hand and give validation_data; here by PyTorch's own split, recorded.
Source: keras/src/trainers/data_adapters/array_slicing.py:461-464 (3.15); torch/utils/data/dataset.py:449 (2.13)
"""

import numpy as np

STAGE = "forward"


def batches(rng):
    for _ in range(4):  # each is an epoch, of one batch
        x = np.sort(rng.normal(size=(20, 4)), axis=0)
        held_out = np.zeros(20, bool)
        held_out[rng.permutation(20)[:4]] = True  # of random_split(samples, [0.8, 0.2])
        yield x, x[:, :1] * x[:, 1:2], held_out


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def loss(model, batch):
        x, y, _ = batch
        return nn.functional.mse_loss(model(x), y)

    def step(side, epoch):
        x, y, held_out = epoch
        before = loss(model, epoch).detach()
        optimizer.zero_grad()
        loss(model, (x[~held_out], y[~held_out], None)).backward()
        optimizer.step()
        return before

    return Side(model, loss, optimizer, step=step)


def tf_side():
    return _tf_side(lambda model, x, y, held_out: model.fit(x, y, validation_split=0.2, batch_size=16, verbose=0))


def tf_side_fixed():
    def fit(model, x, y, held_out):
        rest, kept = (x[held_out], y[held_out]), ~held_out
        return model.fit(x[kept], y[kept], validation_data=rest, batch_size=16, verbose=0)

    return _tf_side(fit)


def _tf_side(fit):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")

    def loss(model, batch):
        x, y, _ = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    def step(side, epoch):
        before = loss(model, epoch)
        fit(model, *(array.numpy() for array in epoch))
        return before

    return Side(model, loss, model.optimizer, step=step)
