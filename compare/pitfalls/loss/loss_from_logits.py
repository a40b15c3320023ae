"""Keras' cross-entropies expect probabilities unless they are told that they are given logits.

Symptom: the loss is large and hardly falls, and many gradients are exactly 0.
Cause: from_logits=False by default: logits are clipped to [1e-7, 1 - 1e-7] and taken for probabilities.
Fix: from_logits=True.
Source: keras/src/losses/losses.py:1130 (3.15); torch/nn/modules/loss.py CrossEntropyLoss (2.13);
    https://discuss.pytorch.org/t/significant-differences-between-keras-tensorflow-and-torch/181932
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.integers(0, 4, 8)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 4)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.cross_entropy(z, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(lambda y, z: keras.losses.SparseCategoricalCrossentropy()(y, z))


def tf_side_fixed():
    import keras

    return _tf_side(lambda y, z: keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, z))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
