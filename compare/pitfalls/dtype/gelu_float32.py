"""tf.nn.gelu rounds its constants to float32, also for float64.

Symptom: in float64 activations are off by 1e-9. (The harness sets it aside: the port is equivalent, and a remark says
    where float32 leaks in.)
Cause: 1/sqrt(2) (approximate: 0.044715) is cast to the tensor's dtype from a float32 tensor.
Fix: write it out: x / 2 * (1 + erf(x / sqrt(2))).
Source: tensorflow/python/ops/nn_ops.py:3747-3757 (2.21)
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
        prediction = model[1](nn.functional.gelu(model[0](batch[0])))
        return nn.functional.mse_loss(prediction, batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    def activation(x):
        return tf.nn.gelu(x, approximate=False)

    return _tf_side(activation)


def tf_side_fixed():
    import tensorflow as tf

    def activation(x):
        return x / 2 * (1 + tf.math.erf(x / 2**0.5))

    return _tf_side(activation)


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, activation), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
