"""TripletMarginLoss measures distances; FaceNet's loss, and most of its TensorFlow code, squared ones.

Symptom: losses of another size; with the same margin other triplets are hard.
Cause: the squared norm needs no root; PyTorch takes the norm, of the difference plus 1e-6.
Fix: tf.norm(one - other + 1e-6, axis=1), as tf_impl.losses.triplet_margin does.
Source: torch/nn/functional.py:5951 (2.13); Schroff et al. 2015, 3.1
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(3, 8, 4))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 3)

    def loss(model, batch):
        anchor, positive, negative = model(batch)
        return nn.functional.triplet_margin_loss(anchor, positive, negative)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda one, other: tf.reduce_sum((one - other) ** 2, 1))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda one, other: tf.norm(one - other + 1e-6, axis=1))


def _tf_side(distance):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(3)

    def loss(model, batch):
        anchor, positive, negative = tf.unstack(model(batch))
        return tf.reduce_mean(tf.maximum(distance(anchor, positive) - distance(anchor, negative) + 1.0, 0.0))

    return model, loss, keras.optimizers.SGD(0.1)
