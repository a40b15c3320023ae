"""PyTorch's weight decay goes through the momentum, Keras' does not.

Symptom: the first step agrees, then the weights shrink less than in PyTorch: up to ten times less with momentum 0.9.
Cause: PyTorch adds weight_decay * weight to the gradient before the momentum; Keras takes it off the weight alone.
    Without momentum the two are the same.
Fix: use tf_impl.optimizers.SGD; or add weight_decay * variable to each gradient and give Keras no weight_decay.
Source: torch/optim/sgd.py:346-369 (2.13); keras/src/optimizers/base_optimizer.py:952-959 (3.15);
    https://github.com/keras-team/keras/issues/19051
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

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.05)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.SGD(0.05, momentum=0.9, weight_decay=0.05))


def tf_side_fixed():
    from tf_impl.optimizers import SGD

    return _tf_side(SGD(0.05, momentum=0.9, weight_decay=0.05))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
