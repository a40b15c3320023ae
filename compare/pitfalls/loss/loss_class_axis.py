"""PyTorch's cross-entropy has the classes at axis 1, TensorFlow's at the last: it runs unnoticed if both are as long.

Symptom: the loss has another value from the first step on, and the model learns nothing useful.
Cause: of logits (N, classes, time), TensorFlow takes time for the classes; only the two lengths could tell.
Fix: tf.transpose(logits, (0, 2, 1)).
Source: torch/nn/functional.py:3472 (2.13); keras/src/backend/tensorflow/nn.py:1398-1401 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(6):
        yield rng.normal(size=(16, 4)), rng.integers(0, 3, (16, 3))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 9))

    def loss(model, batch):
        x, y = batch
        return nn.functional.cross_entropy(model(x).view(16, 3, 3), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda logits: logits)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda logits: tf.transpose(logits, (0, 2, 1)))


def _tf_side(laid_out):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(9)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(y, laid_out(tf.reshape(model(x), (16, 3, 3))))
        )

    return model, loss, keras.optimizers.SGD(0.1)
