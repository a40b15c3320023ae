"""A training that explodes: its units saturate, and what is left of their gradients is how a tanh was rounded."""

import numpy as np


def batches(rng):
    for _ in range(20):
        x = rng.normal(size=(16, 8))
        yield {"x": x, "y": np.sin(x[:, :1])}


def torch_side():
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(8, 16)
            self.head = nn.Linear(16, 1)

        def forward(self, x):
            return self.head(torch.tanh(self.hidden(x)))

    def loss(model, batch):
        return ((model(batch["x"]) - batch["y"]) ** 2).mean()

    model = Net()
    return model, loss, torch.optim.SGD(model.parameters(), lr=1.0)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    def loss(model, batch):
        return tf.reduce_mean(tf.square(model(batch["x"]) - batch["y"]))

    model = keras.Sequential([keras.Input((8,)), layers.Dense(16, activation="tanh"), layers.Dense(1)])
    return model, loss, keras.optimizers.SGD(1.0)
