"""A vision transformer on patches: a class token, learned positions, two heads by hand, mixed soft labels."""

import numpy as np

CHANNELS_FIRST = ("image",)
DIM, HEADS, GRID = 6, 2, 2


def batches(rng):
    for _ in range(5):
        soft = rng.uniform(size=(5, 3))
        yield {"image": rng.normal(size=(5, 3, 6, 6)), "soft": soft / soft.sum(1, keepdims=True)}


WEIGHTS = {
    "cls": "cls_token",
    "positions": "pos_embed",
    "projection": "patch_embed.weight.permute(2, 3, 1, 0)",
    "projection_bias": "patch_embed.bias",
}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv = nn.Linear(DIM, 3 * DIM)
            self.proj = nn.Linear(DIM, DIM)

        def forward(self, x):
            B, N, C = x.shape
            qkv = self.qkv(x).reshape(B, N, 3, HEADS, C // HEADS).permute(2, 0, 3, 1, 4)
            q, k, v = qkv.unbind(0)
            attn = (q @ k.transpose(-2, -1)) * (C // HEADS) ** -0.5
            attn = attn.softmax(dim=-1)
            x = (attn @ v).transpose(1, 2).reshape(B, N, C)
            return self.proj(x)

    class ViT(nn.Module):
        def __init__(self):
            super().__init__()
            self.patch_embed = nn.Conv2d(3, DIM, kernel_size=3, stride=3)
            self.cls_token = nn.Parameter(torch.randn(1, 1, DIM) * 0.5)
            self.pos_embed = nn.Parameter(torch.randn(1, GRID * GRID + 1, DIM) * 0.5)
            self.norm1 = nn.LayerNorm(DIM, eps=1e-6)
            self.attn = Attention()
            self.norm2 = nn.LayerNorm(DIM, eps=1e-6)
            self.mlp = nn.Sequential(nn.Linear(DIM, 10), nn.GELU(), nn.Linear(10, DIM))
            self.head = nn.Linear(DIM, 3)

        def forward(self, x):
            x = self.patch_embed(x).flatten(2).transpose(1, 2)
            cls = self.cls_token.expand(x.shape[0], -1, -1)
            x = torch.cat((cls, x), dim=1)
            x = x + self.pos_embed
            x = x + self.attn(self.norm1(x))
            x = x + self.mlp(self.norm2(x))
            return self.head(x[:, 0])

    def loss(model, batch):
        logp = F.log_softmax(model(batch["image"]), dim=-1)
        return torch.sum(-batch["soft"] * logp, dim=-1).mean()

    model = ViT()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.05)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class SelfAttention(layers.Layer):
        def __init__(self):
            super().__init__()
            self.qkv = layers.Dense(3 * DIM)
            self.out = layers.Dense(DIM)

        def split(self, x):
            x = tf.reshape(x, [tf.shape(x)[0], -1, HEADS, DIM // HEADS])
            return tf.transpose(x, [0, 2, 1, 3])

        def call(self, x):
            query, key, value = (self.split(part) for part in tf.split(self.qkv(x), 3, axis=-1))
            scores = tf.matmul(query, key, transpose_b=True) / np.sqrt(DIM // HEADS)
            weights = tf.nn.softmax(scores)
            mixed = tf.transpose(tf.matmul(weights, value), [0, 2, 1, 3])
            return self.out(tf.reshape(mixed, [tf.shape(x)[0], -1, DIM]))

    class ViT(keras.Model):
        def __init__(self):
            super().__init__()
            self.projection = self.add_weight(shape=(3, 3, 3, DIM), name="projection")
            self.projection_bias = self.add_weight(shape=(DIM,), name="projection_bias")
            self.cls = self.add_weight(shape=(1, 1, DIM), initializer="random_normal", name="cls")
            self.positions = self.add_weight(
                shape=(1, GRID * GRID + 1, DIM), initializer="random_normal", name="positions"
            )
            self.before = layers.LayerNormalization(epsilon=1e-6)
            self.attention = SelfAttention()
            self.between = layers.LayerNormalization(epsilon=1e-6)
            self.grow = layers.Dense(10)
            self.shrink = layers.Dense(DIM)
            self.head = layers.Dense(3)

        def call(self, image):
            maps = tf.nn.conv2d(image, self.projection, strides=3, padding="VALID") + self.projection_bias
            patches = tf.reshape(maps, [-1, GRID * GRID, DIM])
            token = tf.tile(self.cls, [tf.shape(image)[0], 1, 1])
            x = tf.concat([token, patches], axis=1) + self.positions
            x += self.attention(self.before(x))
            x += self.shrink(tf.nn.gelu(self.grow(self.between(x))))
            return self.head(x[:, 0])

    def loss(model, batch):
        logits = model(batch["image"])
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(batch["soft"], logits))

    return ViT(), loss, AdamW(5e-3, weight_decay=0.05)
