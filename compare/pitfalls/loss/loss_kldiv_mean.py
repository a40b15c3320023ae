"""KLDivLoss divides by all elements, KLDivergence by the examples.

Symptom: the loss is as many times larger as there are classes.
Cause: reduction="mean" of kl_div is over elements ("batchmean" is the divergence); Keras sums over classes first.
Fix: divide by the number of classes too, or write reduction="batchmean" in PyTorch.
Source: torch/nn/functional.py:3395 (2.13); keras/src/losses/losses.py:2071 (3.15);
    https://github.com/facebookresearch/deit/issues/61
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
        return nn.functional.kl_div(z.log_softmax(1), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(tf.reduce_sum(y * (tf.math.log(y) - tf.nn.log_softmax(z)), axis=1)))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda y, z: tf.reduce_mean(y * (tf.math.log(y) - tf.nn.log_softmax(z))))


def _tf_side(criterion):
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(4)])

    def loss(model, batch):
        x, y = batch
        return criterion(y, model(x))

    return model, loss, keras.optimizers.SGD(0.1)
