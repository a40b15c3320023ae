"""tf.nn.leaky_relu rounds its slope to float32, also for float64.

Symptom: in float64 negative activations are off by 1e-8 of themselves. (The harness sets it aside: the port is
    equivalent, and a remark says where float32 leaks in.)
Cause: alpha is a float32 attribute of the operation.
Fix: tf.where(x > 0, x, 0.01 * x).
Source: tensorflow/python/ops/nn_ops.py:3670 (2.21); gen_nn_ops.py:6048
"""

STAGE = ""


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleList([nn.Linear(4, 8), nn.Linear(8, 1)])

    def loss(model, batch):
        prediction = model[1](nn.functional.leaky_relu(model[0](batch[0]), 0.01))
        return nn.functional.mse_loss(prediction, batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    def activation(x):
        return tf.nn.leaky_relu(x, 0.01)

    return _tf_side(activation)


def tf_side_fixed():
    import tensorflow as tf

    def activation(x):
        return tf.where(x > 0, x, 0.01 * x)

    return _tf_side(activation)


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, activation), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
