"""Flatten reads (height, width, channels) in Keras, (channels, height, width) in PyTorch.

Symptom: the convolutions agree, the first dense layer behind them does not, though its weights were transposed.
Cause: the columns of that layer's weight are in the order of PyTorch's channels-first images.
Fix: layers.Permute((3, 1, 2)) before Flatten; or reorder the columns of the weight, once.
Source: torch/nn/modules/flatten.py:12 (2.13); keras/src/layers/reshaping/flatten.py:19-36 (3.15)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x",)
WEIGHTS = {"dense.weight": "3.weight"}


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(4, 2, 3, 3)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.Tanh(), nn.Flatten(), nn.Linear(27, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"]), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side()


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.Permute((3, 1, 2)))


def _tf_side(*permuted):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(3, 1, activation="tanh"), *permuted, layers.Flatten(), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch["x"]) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
