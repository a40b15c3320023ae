"""Both sides of the dense networks of tests/power_trainings.py, with each of their optimizers.

A function imports its own framework only: each runs in its own worker.
"""

from collections.abc import Mapping
from functools import partial

from compare.inputs.side import Side


def torch_side(settings: Mapping, activation: str, optimizer: str, **renamed: str) -> Side:
    """`renamed` are the optimizer's arguments by name, and the settings that they take."""
    import torch
    from torch import nn

    from torch_impl import optimizers
    from torch_impl.losses import mean_squared_error

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.ModuleList(nn.Linear(32, 32) for _ in range(settings["layers"]))
            self.head = nn.Linear(32, 1)

        def forward(self, x):
            for layer in self.hidden:
                x = getattr(torch, activation)(layer(x))
            return self.head(x)

    def loss(model, batch, training):
        model.train(training)
        return mean_squared_error(model(batch["x"]), batch["y"]), {}

    model = Network()
    options = {name: settings[setting] for name, setting in renamed.items()}
    return Side(model, loss, getattr(optimizers, optimizer)(model.parameters(), settings["learning_rate"], **options))


def tf_side(settings: Mapping, activation: str, optimizer: str, **renamed: str) -> Side:
    import keras
    import tensorflow as tf

    from tf_impl import optimizers
    from tf_impl.losses import mean_squared_error

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = [keras.layers.Dense(32) for _ in range(settings["layers"])]
            self.head = keras.layers.Dense(1)

        def call(self, x):
            for layer in self.hidden:
                x = getattr(tf.nn, activation)(layer(x))
            return self.head(x)

    def loss(model, batch, training):
        return mean_squared_error(model(batch["x"], training=training), batch["y"]), {}

    options = {name: settings[setting] for name, setting in renamed.items()}
    return Side(Network(), loss, getattr(optimizers, optimizer)(settings["learning_rate"], **options))


torch_chaotic = partial(torch_side, activation="tanh", optimizer="SGD", momentum="momentum")
tf_chaotic = partial(tf_side, activation="tanh", optimizer="SGD", momentum="momentum")
torch_momentum_sgd = partial(torch_side, activation="relu", optimizer="SGD", momentum="momentum")
tf_momentum_sgd = partial(tf_side, activation="relu", optimizer="SGD", momentum="momentum")
torch_adam = partial(torch_side, activation="relu", optimizer="Adam", eps="epsilon")
tf_adam = partial(tf_side, activation="relu", optimizer="Adam", epsilon="epsilon")
torch_rmsprop = partial(
    torch_side, activation="relu", optimizer="RMSprop", alpha="alpha", eps="epsilon", momentum="momentum"
)
tf_rmsprop = partial(
    tf_side, activation="relu", optimizer="RMSprop", alpha="alpha", epsilon="epsilon", momentum="momentum"
)
