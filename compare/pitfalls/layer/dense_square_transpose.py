"""nn.Linear keeps its weight as (outputs, inputs), Dense as (inputs, outputs): a square one fits either way.

Symptom: no error, as shapes agree; every output is wrong, though a model with other widths would not have run.
Cause: x @ weight for x @ weight.T; or set_weights([weight, bias]) with PyTorch's weight as it is.
Fix: transpose: tf.matmul(x, weight, transpose_b=True), or Dense.set_weights([weight.T, bias]).
Source: torch/nn/modules/linear.py:53-134 (2.13); keras/src/layers/core/dense.py:136 (3.15)
"""

STAGE = "loss"
WEIGHTS = {"weight": "0.weight", "bias": "0.bias", "head": "2.weight.T"}


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 6))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 1, bias=False))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(transpose_b=False)


def tf_side_fixed():
    return _tf_side(transpose_b=True)


def _tf_side(transpose_b):
    import keras
    import tensorflow as tf

    class Network(keras.Model):
        """With its weights as they are in a checkpoint of PyTorch's."""

        def __init__(self):
            super().__init__()
            self.weight = self.add_weight((6, 6), name="weight")
            self.bias = self.add_weight((6,), "zeros", name="bias")
            self.head = self.add_weight((6, 1), name="head")

        def call(self, x):
            hidden = tf.tanh(tf.matmul(x, self.weight, transpose_b=transpose_b) + self.bias)
            return tf.matmul(hidden, self.head)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return Network(), loss, keras.optimizers.SGD(0.1)
