"""Randomness that is switched off: functions on one side and layers on the other, and layers of the user's own."""

import numpy as np


def batches(rng):
    for _ in range(12):
        x = rng.normal(size=(16, 6))
        yield {"x": x, "y": np.tanh(x[:, :2])}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional

    class DropPath(nn.Module):
        def __init__(self, drop_prob):
            super().__init__()
            self.drop_prob = drop_prob

        def forward(self, x):
            kept = 1 - self.drop_prob
            return x * x.new_empty(len(x), 1).bernoulli_(kept) / kept if self.training else x

    class GaussianNoise(nn.Module):
        def __init__(self, std):
            super().__init__()
            self.std = std

        def forward(self, x):
            return x + self.std * torch.randn_like(x) if self.training else x

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.noise, self.path = GaussianNoise(0.1), DropPath(0.2)
            self.enter, self.inner, self.leave = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 2)

        def forward(self, x):
            x = functional.dropout(torch.tanh(self.enter(self.noise(x))), 0.5, self.training)
            mixed = functional.scaled_dot_product_attention(x, x, x, dropout_p=0.3 if self.training else 0.0)
            return self.leave(x + self.path(self.inner(mixed)))

    def loss(model, batch, training):
        return nn.functional.mse_loss(model.train(training)(batch["x"]), batch["y"])

    network = Network()
    return network, loss, torch.optim.SGD(network.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class StochasticDepth(layers.Layer):
        def __init__(self, rate):
            super().__init__()
            self.rate = rate

        def call(self, x, training=None):
            if not training:
                return x
            kept = tf.cast(1 - self.rate, x.dtype)
            return x / kept * tf.floor(kept + tf.random.uniform((tf.shape(x)[0], 1), dtype=x.dtype))

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.noise, self.drop, self.depth = layers.GaussianNoise(0.1), layers.Dropout(0.5), StochasticDepth(0.2)
            self.enter, self.inner, self.leave = layers.Dense(8, "tanh"), layers.Dense(8), layers.Dense(2)

        def call(self, x, training=None):
            x = self.drop(self.enter(self.noise(x, training=training)), training=training)
            weights = tf.nn.softmax(x @ tf.transpose(x) / tf.sqrt(tf.cast(8, x.dtype)))
            weights = keras.random.dropout(weights, 0.3) if training else weights
            return self.leave(x + self.depth(self.inner(weights @ x), training=training))

    def loss(model, batch, training):
        return tf.reduce_mean((model(batch["x"], training=training) - batch["y"]) ** 2)

    return Network(), loss, keras.optimizers.SGD(0.1)
