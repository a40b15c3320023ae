"""CategoricalHinge takes the worst wrong class, MultiMarginLoss the mean of all.

Symptom: only one wrong class of an example has a gradient.
Cause: PyTorch sums over the wrong classes and divides by the number of classes.
Fix: write the sum out.
Source: torch/nn/functional.py:4609 (2.13); keras/src/losses/losses.py:1717 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(8, 5)), rng.integers(0, 4, 8)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(5, 4)

    def loss(model, batch):
        x, y = batch
        z = model(x)
        return nn.functional.multi_margin_loss(z, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    return _tf_side(lambda y, z: keras.losses.CategoricalHinge()(tf.one_hot(y, 4, dtype=z.dtype), z))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(
        lambda y, z: tf.reduce_mean(
            tf.reduce_sum(
                tf.nn.relu(1 - tf.gather(z, y, batch_dims=1)[:, None] + z) * (1 - tf.one_hot(y, 4, dtype=z.dtype)),
                axis=1,
            )
            / 4
        )
    )


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
