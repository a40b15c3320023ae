"""CosineSimilarity of Keras is minus the cosine.

Symptom: the loss rises above 1 and vectors turn away from their targets.
Cause: it is a loss to minimise; cosine_similarity of PyTorch is the cosine.
Fix: add it instead of subtracting it.
Source: keras/src/losses/losses.py:1955 (3.15); torch/nn/functional.py cosine_similarity (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.normal(size=(8, 4))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 4)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return 1 - nn.functional.cosine_similarity(z, y).mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: 1 - tf.reduce_mean(keras.losses.cosine_similarity(y, z)))


def tf_side_fixed():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: 1 + tf.reduce_mean(keras.losses.cosine_similarity(y, z)))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
