"""GLU multiplies the first half by the sigmoid of the second, not the other way round.

Symptom: outputs of the right size and the wrong values; trained from scratch, both learn, from one checkpoint only one.
Cause: papers and code differ in which half is the gate: F.glu takes the second, many ports of gated layers the first.
Fix: value, gate = tf.split(h, 2, -1); value * tf.sigmoid(gate).
Source: torch/nn/functional.py:1785 (2.13); keras/src/ops/nn.py:726 (3.15)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 2)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(nn.functional.glu(model(x)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda first, second: tf.sigmoid(first) * second)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda first, second: first * tf.sigmoid(second))


def _tf_side(glu):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(2)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((glu(*tf.split(model(x), 2, -1)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
