"""Embedding(mask_zero=True) makes Keras losses leave padding out; PyTorch's cross-entropy counts it.

Symptom: the loss has another value from the first step on, although no mask is passed anywhere.
Cause: the mask travels with the activations, and a Keras loss drops what it masks and averages over the rest.
Fix: mask_zero=False if PyTorch has no ignore_index; or a loss of tf.nn, which knows no masks.
Source: torch/nn/functional.py:3472 (2.13); keras/src/losses/loss.py:57,208-226 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        yield rng.integers(0, 7, (16, 5)), rng.integers(0, 3, (16, 5))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Embedding(7, 8), nn.Linear(8, 3))

    def loss(model, batch):
        x, y = batch
        return nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.layers.Embedding(7, 8, mask_zero=True))


def tf_side_fixed():
    import keras

    return _tf_side(keras.layers.Embedding(7, 8))


def _tf_side(embedding):
    import keras
    from keras import layers

    model = keras.Sequential([embedding, layers.Dense(3)])

    def loss(model, batch):
        x, y = batch
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
