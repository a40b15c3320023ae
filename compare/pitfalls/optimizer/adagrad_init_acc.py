"""Adagrad's sum of squares starts at 0.1 in Keras, at 0 in PyTorch.

Symptom: the first steps are several times smaller in Keras; the gap closes as squares add up.
Cause: initial_accumulator_value is 0.1 by default in Keras. The default rates (0.001, PyTorch: 0.01) and epsilons
    (1e-7 inside the root, PyTorch: 1e-10 after it) differ as well.
Fix: use tf_impl.optimizers.Adagrad; initial_accumulator_value=0.0 leaves epsilon, which matters in the first steps.
Source: torch/optim/adagrad.py:35 (2.13); keras/src/optimizers/adagrad.py:38 (3.15)
"""

STAGE = "state"


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

    return model, loss, torch.optim.Adagrad(model.parameters(), lr=0.05)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adagrad(0.05))


def tf_side_fixed():
    from tf_impl.optimizers import Adagrad

    return _tf_side(Adagrad(0.05))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
