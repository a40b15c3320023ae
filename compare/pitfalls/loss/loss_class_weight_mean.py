"""CrossEntropyLoss(weight=w) divides by the sum of the weights, Keras' class_weight by the number of samples.

Symptom: loss and gradients differ by another factor in each batch: the mean weight of its labels.
Cause: a weighted mean in PyTorch; in Keras the losses are multiplied by their weights, and then averaged as they are.
Fix: tf.reduce_sum(losses * weights) / tf.reduce_sum(weights).
Source: torch/nn/functional.py:3472 (2.13); keras/src/trainers/data_adapters/data_adapter_utils.py:120-134 and
    keras/src/losses/loss.py:153-161 (3.15); https://github.com/pytorch/pytorch/issues/40560
"""

STAGE = "loss"
CLASS_WEIGHTS = [0.25, 1.0, 4.0]


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(16, 4)), rng.integers(0, 3, 16)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 3)

    def loss(model, batch):
        x, y = batch
        weight = torch.tensor(CLASS_WEIGHTS, dtype=x.dtype)
        return nn.functional.cross_entropy(model(x), y, weight=weight)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda losses, weights: tf.reduce_mean(losses * weights))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda losses, weights: tf.reduce_sum(losses * weights) / tf.reduce_sum(weights))


def _tf_side(mean):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(3)

    def loss(model, batch):
        x, y = batch
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x))
        return mean(losses, tf.gather(tf.constant(CLASS_WEIGHTS, x.dtype), y))

    return model, loss, keras.optimizers.SGD(0.1)
