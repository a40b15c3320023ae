"""Self-attention written by hand in a layer of one's own, over sequences that are padded; a masked mean behind it."""

import numpy as np

HEADS, WIDTH = 2, 8


def batches(rng):
    for _ in range(6):
        length = rng.integers(2, 7, size=(5, 1))
        yield {"x": rng.normal(size=(5, 6, 8)), "mask": np.arange(6) < length, "y": rng.normal(size=(5, 2))}


def torch_side():
    import torch
    from torch import nn

    class SelfAttention(nn.Module):
        def __init__(self):
            super().__init__()
            self.q, self.k, self.v = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
            self.out = nn.Linear(WIDTH, WIDTH)

        def split(self, x):
            return x.view(len(x), 6, HEADS, WIDTH // HEADS).transpose(1, 2)

        def forward(self, x, mask):
            q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
            scores = q @ k.transpose(-2, -1) / (WIDTH // HEADS) ** 0.5
            scores = scores.masked_fill(~mask[:, None, None, :], -1e9)
            weights = torch.softmax(scores, dim=-1)
            return self.out((weights @ v).transpose(1, 2).flatten(2))

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = SelfAttention()
            self.head = nn.Linear(WIDTH, 2)

        def forward(self, x, mask):
            x = x + self.attention(x, mask)
            kept = mask[:, :, None].to(x)
            pooled = (x * kept).sum(dim=1) / kept.sum(dim=1)
            return self.head(pooled)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"], batch["mask"]), batch["y"])

    model = Classifier()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class MultiHead(layers.Layer):
        def __init__(self):
            super().__init__()
            self.wq, self.wk, self.wv = layers.Dense(WIDTH), layers.Dense(WIDTH), layers.Dense(WIDTH)
            self.wo = layers.Dense(WIDTH)
            self.depth = WIDTH // HEADS

        def heads(self, x):
            x = tf.reshape(x, (-1, 6, HEADS, self.depth))
            return tf.transpose(x, (0, 2, 1, 3))

        def call(self, x, keep):
            query, key, value = self.heads(self.wq(x)), self.heads(self.wk(x)), self.heads(self.wv(x))
            logits = tf.matmul(query, key, transpose_b=True) / tf.sqrt(tf.cast(self.depth, x.dtype))
            logits += (1 - tf.cast(keep, x.dtype))[:, None, None, :] * -1e9
            probs = tf.nn.softmax(logits, axis=-1)
            context = tf.transpose(tf.matmul(probs, value), (0, 2, 1, 3))
            return self.wo(tf.reshape(context, (-1, 6, WIDTH)))

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.attend = MultiHead()
            self.head = layers.Dense(2)

        def call(self, x, keep):
            x = x + self.attend(x, keep)
            valid = tf.cast(keep, x.dtype)[..., None]
            summed = tf.reduce_sum(x * valid, axis=1)
            mean = summed / tf.reduce_sum(valid, axis=1)
            return self.head(mean)

    def loss(model, batch):
        return tf.reduce_mean((model(batch["x"], batch["mask"]) - batch["y"]) ** 2)

    return Classifier(), loss, Adam(0.01)
