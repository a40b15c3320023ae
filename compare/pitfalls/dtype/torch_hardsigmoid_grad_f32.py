"""PyTorch's hardsigmoid has a gradient of 1/6 rounded to float32, also for float64: here it is PyTorch that is off.

Symptom: in float64 outputs agree, and gradients through it are off by 5e-9. (The harness sets it aside: the port is
    equivalent, and a remark says where float32 leaks in.)
Cause: the kernel of its backward pass keeps 1/6 as a float32 constant; celu's does the same with 1/alpha.
Fix: none is needed; for the same digits, give TensorFlow that constant in a custom gradient, as below.
Source: torch/nn/functional.py:2354 (2.13, measured)
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
        prediction = model[1](nn.functional.hardsigmoid(model[0](batch[0])))
        return nn.functional.mse_loss(prediction, batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    activation = keras.ops.hard_sigmoid

    return _tf_side(activation)


def tf_side_fixed():
    import keras
    import numpy as np
    import tensorflow as tf

    @tf.custom_gradient
    def activation(x):
        slope = tf.where(abs(x) < 3, float(np.float32(1) / np.float32(6)), tf.zeros_like(x))
        return keras.ops.hard_sigmoid(x), lambda gradient: slope * gradient

    return _tf_side(activation)


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, activation), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
