"""BinaryCrossentropy(label_smoothing=e) moves labels by half of e.

Symptom: the loss of a sure prediction is too small.
Cause: labels become y (1 - e) + e / 2; PyTorch code smooths by hand, here by y (1 - 2 e) + e.
Fix: twice the smoothing.
Source: keras/src/losses/losses.py:2411 (3.15)
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
        return nn.functional.binary_cross_entropy_with_logits(z, y * 0.8 + 0.1)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(lambda y, z: keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)(y, z))


def tf_side_fixed():
    import keras

    return _tf_side(lambda y, z: keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)(y, z))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
