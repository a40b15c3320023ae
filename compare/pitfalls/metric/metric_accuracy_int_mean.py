"""tf.reduce_mean of integers is an integer: an accuracy of 0, until it is 1.

Symptom: the loss falls and the accuracy stays at 0; PyTorch refuses the mean of integers, TensorFlow does not.
    (What parts is the metric that the step returns: no tensor of a step does.)
Cause: reduce_mean keeps the dtype of what it is given, and divides as integers are divided.
Fix: tf.cast(right, tf.float32) before the mean.
Source: tensorflow/python/ops/math_ops.py:2573 (2.21)
"""

STAGE = ""


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(32, 4)), rng.integers(0, 3, 32)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 3)

    def loss(model, batch):
        x, y = batch
        logits = model(x)
        accuracy = (logits.argmax(1) == y).double().mean()
        return nn.functional.cross_entropy(logits, y), {"accuracy": accuracy}

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.int32)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(tf.float64)


def _tf_side(dtype):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(3)

    def loss(model, batch):
        x, y = batch
        logits = model(x)
        accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1, y.dtype) == y, dtype))
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)), {"accuracy": accuracy}

    return model, loss, keras.optimizers.SGD(0.1)
