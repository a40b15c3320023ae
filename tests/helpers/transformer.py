"""A decoder of the GPT kind, as an engineer writes it in each framework: what recording is measured on.

`torch_decoder` and `tf_decoder` have a model, a training step of their own, and nothing of the harness.
"""

from typing import NamedTuple

import numpy as np


class Size(NamedTuple):
    """How large the decoder is."""

    vocabulary: int
    length: int
    width: int
    heads: int
    blocks: int
    batch: int


SMALL = Size(vocabulary=64, length=32, width=64, heads=4, blocks=2, batch=16)
LARGE = Size(vocabulary=6000, length=64, width=512, heads=8, blocks=6, batch=2)  # 25 million parameters


def tokens(size: Size, steps: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Batches of token ids and of the ids that follow, both (batch, length)."""
    drawn = np.random.default_rng(0).integers(0, size.vocabulary, (steps, size.batch, size.length + 1))
    return [(batch[:, :-1], batch[:, 1:]) for batch in drawn]


def torch_decoder(size: Size):
    """(model, optimizer, step), where step(x, y) trains on one batch and returns the loss."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(size.width), nn.LayerNorm(size.width)
            self.attention = nn.MultiheadAttention(size.width, size.heads, batch_first=True)
            self.up, self.down = nn.Linear(size.width, 4 * size.width), nn.Linear(4 * size.width, size.width)

        def forward(self, x):
            mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
            normed = self.norm1(x)
            x = x + self.attention(normed, normed, normed, attn_mask=mask, need_weights=False)[0]
            return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.token = nn.Embedding(size.vocabulary, size.width)
            self.position = nn.Embedding(size.length, size.width)
            self.blocks = nn.ModuleList(Block() for _ in range(size.blocks))
            self.norm = nn.LayerNorm(size.width)
            self.head = nn.Linear(size.width, size.vocabulary, bias=False)

        def forward(self, x):
            x = self.token(x) + self.position(torch.arange(x.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x))

    torch.manual_seed(0)
    model = Decoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def step(x, y):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return model, optimizer, step


def tf_decoder(size: Size, epsilon: float = 1e-5):
    """The same; `epsilon` is that of the layer normalisations."""
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Block(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = (layers.LayerNormalization(epsilon=epsilon) for _ in range(2))
            self.attention = layers.MultiHeadAttention(size.heads, size.width // size.heads)
            self.up, self.down = layers.Dense(4 * size.width), layers.Dense(size.width)

        def call(self, x):
            normed = self.norm1(x)
            x = x + self.attention(normed, normed, use_causal_mask=True)
            return x + self.down(tf.nn.gelu(self.up(self.norm2(x))))

    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.token = layers.Embedding(size.vocabulary, size.width)
            self.position = layers.Embedding(size.length, size.width)
            self.blocks = [Block() for _ in range(size.blocks)]
            self.norm = layers.LayerNormalization(epsilon=epsilon)
            self.head = layers.Dense(size.vocabulary, use_bias=False)

        def call(self, x):
            x = self.token(x) + self.position(tf.range(x.shape[1]))
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x))

    model = Decoder()
    model(np.zeros((1, size.length), np.int64))
    optimizer = Adam(1e-4)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))
        gradients = tape.gradient(loss, model.trainable_variables)
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return model, optimizer, step
