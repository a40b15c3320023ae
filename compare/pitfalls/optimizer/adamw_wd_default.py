"""AdamW decays by 0.004 by default in Keras, by 0.01 in PyTorch.

Symptom: weights stay larger than in PyTorch, and it overfits earlier; losses part slowly.
Cause: the default weight_decay is 2.5 times as large in PyTorch.
Fix: write weight_decay=0.01; Keras then still adds epsilon elsewhere (adam_eps_placement), and
    tf_impl.optimizers.AdamW does neither.
Source: torch/optim/adamw.py:27 (2.13); keras/src/optimizers/adamw.py:56 (3.15);
    https://github.com/keras-team/keras/issues/19051
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

    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.01)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.AdamW(0.01))


def tf_side_fixed():
    from tf_impl.optimizers import AdamW

    return _tf_side(AdamW(0.01))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
