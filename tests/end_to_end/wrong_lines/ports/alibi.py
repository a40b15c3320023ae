"""A language model without positions (ofirpress/attention_with_linear_biases): a slope of its own for each head."""

VOCABULARY, LENGTH, DIM, HEADS = 10, 6, 8, 4
WEIGHTS = {"block.qkv.weight": "attn.Wqkv.weight", "block.project.weight": "attn.out_proj.weight"}


def batches(rng):
    for _ in range(5):
        yield {"tokens": rng.integers(0, VOCABULARY, size=(4, LENGTH + 1))}


def torch_side():
    import math

    import torch
    from torch import nn
    from torch.nn import functional as F

    def get_slopes(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start**i for i in range(n)]

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.Wqkv = nn.Linear(DIM, 3 * DIM, bias=False)
            self.out_proj = nn.Linear(DIM, DIM, bias=False)

        def bias(self, length, dtype):
            slopes = torch.tensor(get_slopes(HEADS), dtype=dtype)
            positions = torch.arange(length, dtype=dtype)
            alibi = slopes[:, None, None] * (positions[None, None, :] - positions[None, :, None])
            future_mask = torch.triu(torch.full((length, length), float("-inf"), dtype=dtype), 1)
            return alibi + future_mask

        def forward(self, x):
            b, s, _ = x.shape
            q, k, v = (t.view(b, s, HEADS, -1).transpose(1, 2) for t in self.Wqkv(x).chunk(3, dim=2))
            attn_weight = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
            attn_weight = torch.softmax(attn_weight + self.bias(s, x.dtype), dim=-1)
            return self.out_proj((attn_weight @ v).transpose(1, 2).reshape(b, s, DIM))

    class MPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.wte = nn.Embedding(VOCABULARY, DIM)
            self.norm_1 = nn.LayerNorm(DIM)
            self.attn = Attention()
            self.norm_2 = nn.LayerNorm(DIM)
            self.up_proj = nn.Linear(DIM, 12)
            self.down_proj = nn.Linear(12, DIM)
            self.norm_f = nn.LayerNorm(DIM)

        def forward(self, input_ids):
            x = self.wte(input_ids)
            x = x + self.attn(self.norm_1(x))
            x = x + self.down_proj(F.gelu(self.up_proj(self.norm_2(x))))
            return F.linear(self.norm_f(x), self.wte.weight)

    def loss(model, batch):
        logits = model(batch["tokens"][:, :-1])
        targets = batch["tokens"][:, 1:]
        return F.cross_entropy(logits.reshape(-1, logits.size(-1)), targets.reshape(-1))

    model = MPT()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.05)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.before, self.between = (layers.LayerNormalization(epsilon=1e-5) for _ in range(2))
            self.qkv, self.project = layers.Dense(3 * DIM, use_bias=False), layers.Dense(DIM, use_bias=False)
            self.up, self.down = layers.Dense(12, activation="gelu"), layers.Dense(DIM)

        def distances(self, dtype):
            head = tf.range(1, HEADS + 1, dtype=dtype)
            slope = tf.pow(tf.constant(2.0, dtype), -8.0 * head / HEADS)
            place = tf.range(LENGTH, dtype=dtype)
            back = place[:, tf.newaxis] - place[tf.newaxis, :]
            penalty = -slope[:, tf.newaxis, tf.newaxis] * back
            return tf.where(back < 0.0, tf.constant(-1e9, dtype), penalty)

        def attend(self, x):
            parts = tf.reshape(self.qkv(x), [-1, LENGTH, 3, HEADS, DIM // HEADS])
            query, key, value = tf.unstack(parts, axis=2)
            scores = tf.einsum("bqhd,bkhd->bhqk", query, key) * (DIM // HEADS) ** -0.5
            shares = tf.nn.softmax(scores + self.distances(x.dtype), axis=-1)
            return self.project(tf.reshape(tf.einsum("bhqk,bkhd->bqhd", shares, value), [-1, LENGTH, DIM]))

        def call(self, x):
            x += self.attend(self.before(x))
            return x + self.down(self.up(self.between(x)))

    class Language(keras.Model):
        def __init__(self):
            super().__init__()
            self.words, self.block = layers.Embedding(VOCABULARY, DIM), Block()
            self.final = layers.LayerNormalization(epsilon=1e-5)

        def call(self, tokens):
            hidden = self.final(self.block(self.words(tokens)))
            return tf.matmul(hidden, self.words.embeddings, transpose_b=True)

    def loss(model, batch):
        tokens = batch["tokens"]
        nll = tf.nn.sparse_softmax_cross_entropy_with_logits(tokens[:, 1:], model(tokens[:, :-1]))
        return tf.reduce_mean(nll)

    return Language(), loss, AdamW(3e-3, beta_2=0.95, weight_decay=0.05)
