"""At a tie, torch.maximum gives half the gradient to each side, tf.maximum all of it to the first.

Symptom: a ReLU written as maximum(x, 0) has twice PyTorch's gradient where x is exactly 0; losses agree at first.
Cause: nothing defines the derivative at a tie. It shows where layers begin at zero.
Fix: (x + |x|) / 2, whose gradient at 0 is 1/2; better: relu on both sides, which gives 0 on both.
Source: torchgen/packaged/autograd/derivatives.yaml:1133-1135 (2.13);
    tensorflow/python/ops/math_grad.py:1586 (2.21)
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    class Rectifier(nn.Module):
        def forward(self, h):
            return torch.maximum(h, torch.zeros_like(h))

    model = nn.Sequential(nn.Linear(4, 8), Rectifier(), nn.Linear(8, 1))
    model[0].weight.data[:4] = model[0].bias.data[:4] = 0  # as residual branches often begin

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda h: tf.maximum(h, 0))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda h: (h + tf.abs(h)) / 2)


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, activation), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
