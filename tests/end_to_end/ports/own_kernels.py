"""Layers that no rule knows, on both sides: kernels (in, out) beside nn.Linear and beside Dense, square ones too."""

import numpy as np

STEPS_PER_EPOCH = 6


def batches(rng):
    truth = rng.normal(size=(6, 6))
    for _ in range(24):
        x = rng.normal(size=(8, 6))
        yield {"x": x, "y": np.tanh(x @ truth)}


def torch_side():
    import torch
    from torch import nn

    class Conv1D(nn.Module):
        """GPT-2's layer: its weight is (in, out)."""

        def __init__(self, out, into):
            super().__init__()
            self.weight = nn.Parameter(0.4 * torch.randn(into, out))
            self.bias = nn.Parameter(torch.zeros(out))

        def forward(self, x):
            return torch.addmm(self.bias, x, self.weight)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.c_attn, self.c_proj = Conv1D(18, 6), Conv1D(6, 6)
            self.up, self.down, self.norm = nn.Linear(6, 24), nn.Linear(24, 6), nn.LayerNorm(6)

        def forward(self, x):
            one, two, three = self.c_attn(x).split(6, -1)
            x = x + self.c_proj(torch.tanh(one) * two + three)
            return self.norm(x + self.down(torch.tanh(self.up(x))))

    def loss(model, batch):
        return ((model(batch["x"]) - batch["y"]) ** 2).mean()

    model = Network()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class Own(keras.Layer):
        def __init__(self, out):
            super().__init__()
            self.out = out

        def build(self, shape):
            self.bias = self.add_weight(shape=(self.out,), name="bias")
            self.kernel = self.add_weight(shape=(shape[-1], self.out), name="kernel")

        def call(self, x):
            return tf.matmul(x, self.kernel) + self.bias

    class Norm(keras.Layer):
        def build(self, shape):
            self.beta = self.add_weight(shape=(shape[-1],), name="beta")
            self.gamma = self.add_weight(shape=(shape[-1],), name="gamma")

        def call(self, x):
            mean, variance = tf.nn.moments(x, -1, keepdims=True)
            return (x - mean) / tf.sqrt(variance + 1e-5) * self.gamma + self.beta

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.attn, self.proj = layers.Dense(18), layers.Dense(6)
            self.first, self.second, self.scaled = Own(24), Own(6), Norm()

        def call(self, x):
            one, two, three = tf.split(self.attn(x), 3, -1)
            x = x + self.proj(tf.tanh(one) * two + three)
            return self.scaled(x + self.second(tf.tanh(self.first(x))))

    def loss(model, batch):
        return tf.reduce_mean((model(batch["x"]) - batch["y"]) ** 2)

    return Network(), loss, keras.optimizers.SGD(np.float64(0.02))
