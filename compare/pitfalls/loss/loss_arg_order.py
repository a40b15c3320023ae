"""PyTorch's losses are given (prediction, target), those of Keras (target, prediction).

Symptom: it runs; where the loss is not symmetric it is another one.
Cause: two positional arguments were handed over in PyTorch's order.
Fix: exchange them, or name them.
Source: keras/src/losses/losses.py:15 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.dirichlet([1.0] * 4, 8)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 4)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.binary_cross_entropy(z.softmax(1), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(
        lambda y, z: tf.reduce_mean(-(tf.nn.softmax(z) * tf.math.log(y) + (1 - tf.nn.softmax(z)) * tf.math.log(1 - y)))
    )


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(
        lambda y, z: tf.reduce_mean(-(y * tf.math.log(tf.nn.softmax(z)) + (1 - y) * tf.math.log(1 - tf.nn.softmax(z))))
    )


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
