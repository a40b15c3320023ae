"""tensor_scatter_nd_update keeps one of several rows with the same index; index_add_ adds them up.

Symptom: a graph network or a histogram loses all messages to a node but one; without repetition both agree.
Cause: an update overwrites, and which row is the last is not even promised.
Fix: tf.tensor_scatter_nd_add, or tf.math.unsorted_segment_sum.
Source: tensorflow/python/ops/array_ops.py:5541 (2.21); torch/_tensor_docs.py:2343 (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(12, 4)), rng.integers(0, 5, 12), rng.normal(size=(5, 3))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 3)

    def loss(model, batch):
        x, node, y = batch
        received = torch.zeros_like(y).index_add(0, node, model(x))
        return nn.functional.mse_loss(received, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.tensor_scatter_nd_update)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(tf.tensor_scatter_nd_add)


def _tf_side(scatter):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(3)

    def loss(model, batch):
        x, node, y = batch
        return tf.reduce_mean((scatter(tf.zeros_like(y), node[:, None], model(x)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
