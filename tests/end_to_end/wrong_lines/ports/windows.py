"""Attention in windows with relative positions (Swin), a scaled residual, and pixels shuffled to twice the size."""

import numpy as np

WIDTH, WINDOW = 8, 2
CHANNELS_FIRST = ("image", "fine")
WEIGHTS = {"attend.table": "attn.relative_position_bias_table", "attend.gamma": "attn.gamma"}


def batches(rng):
    for _ in range(5):
        fine = rng.normal(size=(2, 3, 8, 8)).cumsum(axis=2).cumsum(axis=3) / 4
        yield {"image": fine.reshape(2, 3, 4, 2, 4, 2).mean(axis=(3, 5)), "fine": fine}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class WindowAttention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
            self.gamma = nn.Parameter(0.5 * torch.ones(WIDTH))
            self.relative_position_bias_table = nn.Parameter(torch.randn((2 * WINDOW - 1) ** 2))
            coords = torch.stack(torch.meshgrid(torch.arange(WINDOW), torch.arange(WINDOW), indexing="ij")).flatten(1)
            relative = (coords[:, :, None] - coords[:, None, :]).permute(1, 2, 0) + WINDOW - 1
            self.index = relative[..., 0] * (2 * WINDOW - 1) + relative[..., 1]

        def forward(self, x):
            b, h, w, c = x.shape
            windows = x.view(b, h // WINDOW, WINDOW, w // WINDOW, WINDOW, c).permute(0, 1, 3, 2, 4, 5)
            tokens = windows.reshape(-1, WINDOW * WINDOW, c)
            q, k, v = self.qkv(tokens).view(-1, WINDOW * WINDOW, 3, c).unbind(dim=2)
            attn = q @ k.transpose(-2, -1) * c**-0.5 + self.relative_position_bias_table[self.index]
            tokens = tokens + self.gamma * (attn.softmax(dim=-1) @ v)
            windows = tokens.view(b, h // WINDOW, w // WINDOW, WINDOW, WINDOW, c).permute(0, 1, 3, 2, 4, 5)
            return windows.reshape(b, h, w, c)

    class Upscaler(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.attn = nn.Conv2d(3, WIDTH, 1), WindowAttention()
            self.tail = nn.Conv2d(WIDTH, 12, 1)

        def forward(self, image):
            x = self.attn(self.stem(image).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            return F.pixel_shuffle(self.tail(x), 2)

    def loss(model, batch):
        made = model(batch["image"])
        charbonnier = torch.sqrt((made - batch["fine"]) ** 2 + 1e-3).mean()
        return charbonnier + 0.1 * ((made.diff(dim=2)).abs().mean() + (made.diff(dim=3)).abs().mean())

    model = Upscaler()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def relative_index():
        place = np.indices((WINDOW, WINDOW)).reshape(2, -1)
        offset = place[:, :, None] - place[:, None, :] + WINDOW - 1
        return offset[0] * (2 * WINDOW - 1) + offset[1]

    class ShiftlessWindows(layers.Layer):
        def __init__(self):
            super().__init__()
            self.project = layers.Dense(3 * WIDTH)
            self.gamma = self.add_weight(shape=(WIDTH,), initializer="ones", name="gamma")
            self.table = self.add_weight(shape=((2 * WINDOW - 1) ** 2,), name="table")

        def call(self, x):
            grid = tf.reshape(x, (-1, 4 // WINDOW, WINDOW, 4 // WINDOW, WINDOW, WIDTH))
            tokens = tf.reshape(tf.transpose(grid, (0, 1, 3, 2, 4, 5)), (-1, WINDOW**2, WIDTH))
            query, key, value = tf.split(self.project(tokens), 3, axis=-1)
            bias = tf.gather(self.table, relative_index())
            scores = tf.matmul(query, key, transpose_b=True) / WIDTH**0.5 + bias
            tokens += self.gamma * tf.matmul(tf.nn.softmax(scores, axis=-1), value)
            grid = tf.reshape(tokens, (-1, 4 // WINDOW, 4 // WINDOW, WINDOW, WINDOW, WIDTH))
            return tf.reshape(tf.transpose(grid, (0, 1, 3, 2, 4, 5)), (-1, 4, 4, WIDTH))

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.stem, self.attend = layers.Conv2D(WIDTH, 1), ShiftlessWindows()
            self.tail = layers.Conv2D(12, 1)

        def call(self, image):
            x = self.tail(self.attend(self.stem(image)))
            x = tf.reshape(x, (-1, 4, 4, 3, 2, 2))
            return tf.reshape(tf.transpose(x, (0, 1, 4, 2, 5, 3)), (-1, 8, 8, 3))

    def loss(model, batch):
        high = model(batch["image"])
        fidelity = tf.reduce_mean(tf.sqrt(tf.square(high - batch["fine"]) + 1e-3))
        rows, columns = high[:, 1:] - high[:, :-1], high[:, :, 1:] - high[:, :, :-1]
        return fidelity + 0.1 * (tf.reduce_mean(tf.abs(rows)) + tf.reduce_mean(tf.abs(columns)))

    return Network(), loss, Adam(0.01)
