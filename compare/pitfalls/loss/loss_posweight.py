"""pos_weight scales the positive term; a mean over sample weights is another loss.

Symptom: the whole loss is rescaled by what the weights of its batch add up to.
Cause: mean_with_sample_weight divides by the weights; pos_weight does not.
Fix: tf.nn.weighted_cross_entropy_with_logits and its mean.
Source: torch/nn/functional.py binary_cross_entropy_with_logits (2.13); tensorflow/python/ops/nn_impl.py:250 (2.21)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.integers(0, 2, (8, 1)).astype(float)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 1)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.binary_cross_entropy_with_logits(z, y, pos_weight=torch.tensor(5.0, dtype=z.dtype))

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(
        lambda y, z: (
            tf.reduce_sum((1 + 4 * y) * tf.nn.sigmoid_cross_entropy_with_logits(y, z)) / tf.reduce_sum(1 + 4 * y)
        )
    )


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(tf.nn.weighted_cross_entropy_with_logits(y, z, pos_weight=5.0)))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
