"""Keras' regularizers cast their factor through float32.

Symptom: in float64 the penalty is off by 1e-8 of itself. (The harness sets it aside: the port is equivalent, and a
    remark says where float32 leaks in.)
Cause: keras.ops.cast(self.l2, x.dtype) makes a float32 tensor of the Python float first.
Fix: write the penalty out: 0.025 * tf.reduce_sum(weight**2).
Source: keras/src/regularizers/regularizers.py:264-265 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        penalty = 0.025 * sum(parameter.square().sum() for parameter in model.parameters())
        return nn.functional.mse_loss(model(batch[0]), batch[1]) + penalty

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.regularizers.L2(0.025))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda weight: 0.025 * tf.reduce_sum(weight**2))


def _tf_side(penalty):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        mistake = tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)
        return mistake + sum(penalty(tf.convert_to_tensor(weight)) for weight in model.trainable_variables)

    return model, loss, keras.optimizers.SGD(0.1)
