"""tf.nn.softmax works along the last axis unless it is told another; PyTorch's code names one.

Symptom: attention over time weighs features instead; each weight alone still lies between 0 and 1.
Cause: torch.softmax(scores, dim=1) was ported without its axis.
Fix: axis=1.
Source: torch/nn/functional.py:2170 (2.13); tensorflow/python/ops/nn_ops.py:3874 (2.21)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, 6)), rng.normal(size=(4, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"score": nn.Linear(6, 3), "out": nn.Linear(18, 1)})

    def loss(model, batch):
        x, y = batch
        weights = torch.softmax(model["score"](x), dim=1)
        pooled = torch.einsum("btk,btd->bkd", weights, x).flatten(1)
        return nn.functional.mse_loss(model["out"](pooled), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.nn.softmax)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda scores: tf.nn.softmax(scores, axis=1))


def _tf_side(softmax):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"score": layers.Dense(3), "out": layers.Dense(1)}

    def loss(model, batch):
        x, y = batch
        weights = softmax(model["score"](x))
        pooled = tf.reshape(tf.einsum("btk,btd->bkd", weights, x), (len(x), -1))
        return tf.reduce_mean((model["out"](pooled) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
