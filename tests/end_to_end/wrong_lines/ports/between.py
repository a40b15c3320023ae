"""What is between layers: a positional encoding in NumPy, a gated unit, a residual, an order of pixels."""

import numpy as np

CHANNELS_FIRST = ("image",)


def batches(rng):
    for _ in range(6):
        yield {"image": rng.normal(size=(4, 2, 3, 3)), "y": rng.normal(size=(4, 2))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    angles = torch.arange(9)[:, None] / 100 ** (torch.arange(4) / 4)
    encoding = torch.stack([torch.sin(angles), torch.cos(angles)], dim=-1).flatten(1)

    class Mixer(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(2, 8, 3, padding=1)
            self.gate = nn.Linear(8, 16)
            self.proj = nn.Linear(8, 8)
            self.head = nn.Linear(72, 2)

        def forward(self, image):
            tokens = self.stem(image).flatten(2).transpose(1, 2)
            tokens = tokens + encoding
            hidden = F.glu(self.gate(tokens), dim=-1)
            tokens = tokens + 0.5 * self.proj(hidden)
            return self.head(F.gelu(tokens).flatten(1))

    def loss(model, batch):
        return F.mse_loss(model(batch["image"]), batch["y"])

    model = Mixer()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    def positions():
        angle = np.arange(9)[:, None] / 100 ** (np.arange(4) / 4)
        return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(9, 8)

    class Mixer(keras.Model):
        def __init__(self):
            super().__init__()
            self.stem = layers.Conv2D(8, 3, padding="same")
            self.gate = layers.Dense(16)
            self.proj = layers.Dense(8)
            self.head = layers.Dense(2)

        def call(self, image):
            patches = ops.reshape(self.stem(image), (-1, 9, 8))
            patches = patches + ops.cast(positions(), patches.dtype)
            linear, gates = ops.split(self.gate(patches), 2, axis=-1)
            gated = linear * ops.sigmoid(gates)
            patches = patches + 0.5 * self.proj(gated)
            active = 0.5 * patches * (1 + ops.erf(patches / 2**0.5))
            return self.head(ops.reshape(active, (-1, 72)))

    def loss(model, batch):
        return tf.reduce_mean((model(batch["image"]) - batch["y"]) ** 2)

    return Mixer(), loss, Adam(0.01)
