"""A second softmax, which PyTorch computes, disappears silently in a Keras loss.

Symptom: a PyTorch model that ends in Softmax and trains with CrossEntropyLoss has another loss in Keras.
Cause: the output of a Keras softmax carries its logits, and Keras losses use those, whatever from_logits says.
Fix: tf.nn.sparse_softmax_cross_entropy_with_logits, which uses what it is given (or drop the Softmax in PyTorch).
Source: torch/nn/functional.py:3472 (2.13); keras/src/backend/tensorflow/nn.py:1262-1296 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        yield rng.normal(size=(16, 4)), rng.integers(0, 3, 16)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3), nn.Softmax(1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.cross_entropy(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, p: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, p)))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(3, "softmax")])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
