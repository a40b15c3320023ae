"""Pictures of which most is hidden (masked autoencoder): an encoder of what is seen, tokens for the rest,
sines as places.
"""

import numpy as np

SIDE, PATCH, KEEP, DIM, DECODER, HEADS = 8, 2, 4, 8, 6, 2
PATCHES = (SIDE // PATCH) ** 2
CHANNELS_FIRST = ("imgs",)
WEIGHTS = {"mask_token": "mask_token", "cls": "cls_token"}


def batches(rng):
    for _ in range(4):
        yield {"imgs": rng.normal(size=(3, 2, SIDE, SIDE)), "noise": rng.uniform(size=(3, PATCHES))}


def sincos(dim, grid):
    omega = 1.0 / 100 ** (np.arange(dim // 4) / (dim / 4.0))
    row, column = np.meshgrid(np.arange(grid), np.arange(grid), indexing="ij")
    angles = [place.reshape(-1)[:, None] * omega for place in (column, row)]
    return np.concatenate([f(angle) for angle in angles for f in (np.sin, np.cos)], axis=1)


def torch_side():
    import torch
    import torch.nn as nn

    class Attention(nn.Module):
        def __init__(self, dim, num_heads=HEADS):
            super().__init__()
            self.num_heads = num_heads
            self.scale = (dim // num_heads) ** -0.5
            self.qkv = nn.Linear(dim, dim * 3)
            self.proj = nn.Linear(dim, dim)

        def forward(self, x):
            B, N, C = x.shape
            qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
            q, k, v = qkv[0], qkv[1], qkv[2]
            attn = (q @ k.transpose(-2, -1)) * self.scale
            attn = attn.softmax(dim=-1)
            x = (attn @ v).transpose(1, 2).reshape(B, N, C)
            return self.proj(x)

    class Block(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.norm1 = nn.LayerNorm(dim, eps=1e-6)
            self.attn = Attention(dim)
            self.norm2 = nn.LayerNorm(dim, eps=1e-6)
            self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

        def forward(self, x):
            x = x + self.attn(self.norm1(x))
            return x + self.mlp(self.norm2(x))

    class MaskedAutoencoderViT(nn.Module):
        def __init__(self):
            super().__init__()
            self.proj = nn.Conv2d(2, DIM, kernel_size=PATCH, stride=PATCH)
            self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, DIM))
            self.block = Block(DIM)
            self.norm = nn.LayerNorm(DIM, eps=1e-6)
            self.decoder_embed = nn.Linear(DIM, DECODER + 2)
            self.mask_token = nn.Parameter(0.02 * torch.randn(1, 1, DECODER + 2))
            self.decoder_block = Block(DECODER + 2)
            self.decoder_norm = nn.LayerNorm(DECODER + 2, eps=1e-6)
            self.decoder_pred = nn.Linear(DECODER + 2, PATCH**2 * 2)

        def patchify(self, imgs):
            p = PATCH
            h = w = imgs.shape[2] // p
            x = imgs.reshape(shape=(imgs.shape[0], 2, h, p, w, p))
            x = torch.einsum("nchpwq->nhwpqc", x)
            return x.reshape(shape=(imgs.shape[0], h * w, p**2 * 2))

        def random_masking(self, x, noise):
            N, L, D = x.shape
            ids_shuffle = torch.argsort(noise, dim=1)
            ids_restore = torch.argsort(ids_shuffle, dim=1)
            ids_keep = ids_shuffle[:, :KEEP]
            x_masked = torch.gather(x, dim=1, index=ids_keep.unsqueeze(-1).repeat(1, 1, D))
            mask = torch.ones([N, L], dtype=x.dtype)
            mask[:, :KEEP] = 0
            mask = torch.gather(mask, dim=1, index=ids_restore)
            return x_masked, mask, ids_restore

        def forward(self, imgs, noise):
            x = self.proj(imgs).flatten(2).transpose(1, 2)
            x = x + torch.tensor(sincos(DIM, SIDE // PATCH), dtype=x.dtype)
            x, mask, ids_restore = self.random_masking(x, noise)
            cls_tokens = self.cls_token.expand(x.shape[0], -1, -1)
            x = torch.cat((cls_tokens, x), dim=1)
            x = self.norm(self.block(x))
            x = self.decoder_embed(x)
            mask_tokens = self.mask_token.repeat(x.shape[0], ids_restore.shape[1] + 1 - x.shape[1], 1)
            x_ = torch.cat([x[:, 1:, :], mask_tokens], dim=1)
            x_ = torch.gather(x_, dim=1, index=ids_restore.unsqueeze(-1).repeat(1, 1, x.shape[2]))
            x_ = x_ + torch.tensor(sincos(DECODER + 2, SIDE // PATCH), dtype=x.dtype)
            x = torch.cat([x[:, :1, :], x_], dim=1)
            x = self.decoder_norm(self.decoder_block(x))
            return self.decoder_pred(x)[:, 1:, :], mask

    def loss(model, batch):
        imgs = batch["imgs"]
        pred, mask = model(imgs, batch["noise"])
        target = model.patchify(imgs)
        mean = target.mean(dim=-1, keepdim=True)
        var = target.var(dim=-1, keepdim=True)
        target = (target - mean) / (var + 1.0e-6) ** 0.5
        loss = ((pred - target) ** 2).mean(dim=-1)
        return (loss * mask).sum() / mask.sum()

    model = MaskedAutoencoderViT()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.005, betas=(0.9, 0.95), weight_decay=0.05)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class Attend(layers.Layer):
        def __init__(self, width):
            super().__init__()
            self.depth = width // HEADS
            self.qkv, self.out = layers.Dense(3 * width), layers.Dense(width)

        def call(self, x):
            n, t, width = x.shape
            q, k, v = (tf.reshape(part, (n, t, HEADS, self.depth)) for part in tf.split(self.qkv(x), 3, axis=-1))
            weights = tf.nn.softmax(tf.einsum("nqhd,nkhd->nhqk", q, k) / np.sqrt(self.depth))
            return self.out(tf.reshape(tf.einsum("nhqk,nkhd->nqhd", weights, v), (n, t, width)))

    class Block(layers.Layer):
        def __init__(self, width):
            super().__init__()
            self.before_attention = layers.LayerNormalization(epsilon=1e-6)
            self.attend = Attend(width)
            self.before_mlp = layers.LayerNormalization(epsilon=1e-6)
            self.up, self.down = layers.Dense(2 * width), layers.Dense(width)

        def call(self, x):
            x += self.attend(self.before_attention(x))
            h = self.up(self.before_mlp(x))
            return x + self.down(0.5 * h * (1.0 + tf.math.erf(h / np.sqrt(2.0))))

    class Masked(keras.Model):
        def __init__(self):
            super().__init__()
            self.embed = layers.Conv2D(DIM, PATCH, strides=PATCH)
            self.encoder, self.encoder_norm = Block(DIM), layers.LayerNormalization(epsilon=1e-6)
            self.to_decoder = layers.Dense(DECODER + 2)
            self.decoder, self.decoder_norm = Block(DECODER + 2), layers.LayerNormalization(epsilon=1e-6)
            self.pixels = layers.Dense(PATCH * PATCH * 2)
            self.cls = self.add_weight(shape=(1, 1, DIM), initializer="random_normal", name="cls")
            self.mask_token = self.add_weight(shape=(1, 1, DECODER + 2), initializer="random_normal", name="mask_token")

        def call(self, images, noise):
            n = images.shape[0]
            patches = tf.reshape(self.embed(images), (n, PATCHES, DIM))
            patches += tf.constant(sincos(DIM, SIDE // PATCH), patches.dtype)
            order = tf.argsort(noise, axis=1)
            seen = tf.gather(patches, order[:, :KEEP], batch_dims=1)
            encoded = self.encoder_norm(self.encoder(tf.concat([tf.repeat(self.cls, n, axis=0), seen], axis=1)))
            z = self.to_decoder(encoded)
            hidden = tf.tile(self.mask_token, (n, PATCHES - KEEP, 1))
            back = tf.math.invert_permutation
            restore = tf.map_fn(back, order)
            full = tf.gather(tf.concat([z[:, 1:], hidden], axis=1), restore, batch_dims=1)
            full += tf.constant(sincos(DECODER + 2, SIDE // PATCH), full.dtype)
            decoded = self.decoder_norm(self.decoder(tf.concat([z[:, :1], full], axis=1)))
            is_hidden = tf.cast(restore >= KEEP, decoded.dtype)
            return self.pixels(decoded)[:, 1:], is_hidden

    def loss(model, batch):
        made, hidden = model(batch["imgs"], batch["noise"])
        truth = tf.nn.space_to_depth(batch["imgs"], PATCH)
        truth = tf.reshape(truth, (-1, PATCHES, PATCH * PATCH * 2))
        mean, variance = tf.nn.moments(truth, axes=[-1], keepdims=True)
        values = PATCH * PATCH * 2
        variance = variance * values / (values - 1)
        truth = (truth - mean) * tf.math.rsqrt(variance + 1e-6)
        error = tf.reduce_mean(tf.math.squared_difference(made, truth), axis=-1)
        return tf.reduce_sum(error * hidden) / tf.reduce_sum(hidden)

    return Masked(), loss, AdamW(0.005, beta_2=0.95, weight_decay=0.05)
