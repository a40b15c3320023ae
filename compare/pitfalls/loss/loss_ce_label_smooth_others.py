"""label_smoothing takes from the right class and gives to all, the right one too; some code gives to the others only.

Symptom: the loss is a little larger, by more the fewer classes there are.
Cause: PyTorch mixes the one-hot labels with 1 / K; the older recipe has smoothing / (K - 1) in the other classes.
Fix: one_hot * (1 - smoothing) + smoothing / K, as CategoricalCrossentropy(label_smoothing=) has it.
Source: torch/nn/functional.py:3472 (2.13); keras/src/losses/losses.py:2154 (3.15)
"""

STAGE = "loss"
SMOOTHING = 0.25


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(16, 4)), rng.integers(0, 3, 16)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 3)

    def loss(model, batch):
        x, y = batch
        return nn.functional.cross_entropy(model(x), y, label_smoothing=SMOOTHING)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda one_hot: one_hot * (1 - SMOOTHING) + (1 - one_hot) * SMOOTHING / 2)


def tf_side_fixed():
    return _tf_side(lambda one_hot: one_hot * (1 - SMOOTHING) + SMOOTHING / 3)


def _tf_side(smooth):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(3)

    def loss(model, batch):
        x, y = batch
        labels = smooth(tf.one_hot(y, 3, dtype=x.dtype))
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, model(x)))

    return model, loss, keras.optimizers.SGD(0.1)
