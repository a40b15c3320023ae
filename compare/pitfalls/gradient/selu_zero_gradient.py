"""The derivative of SELU at exactly 0 is 1.76 in PyTorch, 1.05 in TensorFlow.

Symptom: the gradients of a layer that begins at zero are 1.67 times as large in PyTorch; losses agree at first.
Cause: PyTorch takes 0 for the negative branch (<= 0), TensorFlow for the positive one (< 0).
Fix: SELU written out with PyTorch's branch.
Source: torch/_decomp/decompositions.py:168-172 (2.13); tensorflow/python/ops/gen_nn_ops.py:11927 (2.21)
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.SELU(), nn.Linear(8, 1))
    model[0].weight.data[:4] = model[0].bias.data[:4] = 0  # as residual branches often begin

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side("selu")


def tf_side_fixed():
    return _tf_side(_selu)


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, activation), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)


def _selu(h):
    import tensorflow as tf

    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return tf.where(h > 0, scale * h, scale * alpha * tf.math.expm1(tf.minimum(h, 0)))
