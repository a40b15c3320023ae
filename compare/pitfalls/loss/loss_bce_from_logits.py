"""BinaryCrossentropy expects probabilities, BCEWithLogitsLoss logits.

Symptom: the loss is large, and gradients of logits outside of 0 and 1 are exactly 0.
Cause: from_logits=False by default.
Fix: from_logits=True.
Source: keras/src/losses/losses.py:602 (3.15); torch/nn/modules/loss.py BCEWithLogitsLoss (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.integers(0, 2, (8, 1)).astype(float)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 1)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.binary_cross_entropy_with_logits(z, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(lambda y, z: keras.losses.BinaryCrossentropy()(y, z))


def tf_side_fixed():
    import keras

    return _tf_side(lambda y, z: keras.losses.BinaryCrossentropy(from_logits=True)(y, z))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
