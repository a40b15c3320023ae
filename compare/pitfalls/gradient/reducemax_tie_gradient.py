"""torch.max(dim) gives the gradient of a tie to one position, tf.reduce_max shares it out.

Symptom: the gradients behind a max pooling over time differ where all positions have the same value.
Cause: torch.max goes back through its indices; tf.reduce_max, like torch.amax, divides by the number of maxima.
    It shows where layers begin at zero.
Fix: gather at tf.argmax; or torch.amax in PyTorch.
Source: torchgen/packaged/autograd/derivatives.yaml:1125-1126 (2.13);
    tensorflow/python/ops/math_grad.py:243-250 (2.21)
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 5, 4))
        yield x, x[:, 0, :1] * x[:, 1, 1:2]


def torch_side():
    import torch
    from torch import nn

    class Pooling(nn.Module):
        def forward(self, h):
            return h.max(dim=1).values

    model = nn.Sequential(nn.Linear(4, 8), Pooling(), nn.Linear(8, 1))
    model[0].weight.data[:4] = model[0].bias.data[:4] = 0  # as residual branches often begin

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda h: tf.reduce_max(h, 1))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda h: tf.gather(tf.transpose(h, (0, 2, 1)), tf.argmax(h, 1), axis=2, batch_dims=2))


def _tf_side(pooling):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8), layers.Lambda(pooling), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
