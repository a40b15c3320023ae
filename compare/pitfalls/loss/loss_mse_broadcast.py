"""A prediction (N, 1) minus a target (N,) is (N, N): every prediction is held against every target.

Symptom: the loss falls to the variance of the targets and stays there: the model learns their mean.
Cause: TensorFlow broadcasts without a word; PyTorch warns in its own losses only.
Fix: squeeze the prediction, or give the target its axis.
Source: keras/src/losses/loss.py:119 aligns ranks (3.15), raw TensorFlow does not;
    https://github.com/pytorch/pytorch/issues/16045
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=8)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 1)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.mse_loss(z.squeeze(-1), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((z - y) ** 2))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean((tf.squeeze(z, -1) - y) ** 2))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
