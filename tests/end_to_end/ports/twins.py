"""Twin critics, called in another order by each side: in training they do the same, an evaluation asks only one."""

import numpy as np


def batches(rng):
    for _ in range(12):
        yield {"x": rng.normal(size=(8, 4)), "y": rng.normal(size=(8, 1)), "share": np.ones(1)}


def torch_side():
    import torch
    from torch import nn

    class Twins(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
            self.second = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))

        def forward(self, x):
            return self.first(x), self.second(x)

    model = Twins()

    def loss(model, batch, training):
        one, other = ((value - batch["y"]).square().mean() for value in model(batch["x"]))
        return one * batch["share"].sum() + other if training else one

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class Judges(keras.Model):
        def __init__(self):
            super().__init__()
            self.a = [layers.Dense(8, activation="relu"), layers.Dense(8, activation="relu")]
            self.b = [layers.Dense(1), layers.Dense(1)]

        def call(self, x):
            second = self.b[1](self.a[1](x))
            return self.b[0](self.a[0](x)), second

    model = Judges()

    def loss(model, batch, training):
        one, other = (tf.reduce_mean(tf.square(value - batch["y"])) for value in model(batch["x"]))
        return one * tf.reduce_sum(batch["share"]) + other if training else one

    return model, loss, keras.optimizers.SGD(0.02)
