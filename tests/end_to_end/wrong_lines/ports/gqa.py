"""A language model's block: queries in groups share keys and values, distances are biases (ALiBi), SwiGLU."""

import numpy as np

VOCABULARY, LENGTH, WIDTH, HEADS, GROUPS, SMOOTHING = 9, 5, 8, 4, 2, 0.1
DEPTH = WIDTH // HEADS


def batches(rng):
    for _ in range(5):
        tokens = rng.integers(1, VOCABULARY, size=(4, LENGTH + 1))
        lengths = rng.integers(3, LENGTH + 2, size=(4, 1))
        yield {"tokens": np.where(np.arange(LENGTH + 1) < lengths, tokens, 0)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def repeat_kv(hidden_states, n_rep):
        batch, heads, length, depth = hidden_states.shape
        hidden_states = hidden_states[:, :, None].expand(batch, heads, n_rep, length, depth)
        return hidden_states.reshape(batch, heads * n_rep, length, depth)

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.q_proj = nn.Linear(WIDTH, HEADS * DEPTH, bias=False)
            self.k_proj = nn.Linear(WIDTH, GROUPS * DEPTH, bias=False)
            self.v_proj = nn.Linear(WIDTH, GROUPS * DEPTH, bias=False)
            self.o_proj = nn.Linear(WIDTH, WIDTH, bias=False)

        def forward(self, x):
            q = self.q_proj(x).view(-1, LENGTH, HEADS, DEPTH).transpose(1, 2)
            k = self.k_proj(x).view(-1, LENGTH, GROUPS, DEPTH).transpose(1, 2)
            v = self.v_proj(x).view(-1, LENGTH, GROUPS, DEPTH).transpose(1, 2)
            k, v = repeat_kv(k, HEADS // GROUPS), repeat_kv(v, HEADS // GROUPS)
            slopes = torch.tensor([2.0 ** (-8 * (h + 1) / HEADS) for h in range(HEADS)], dtype=x.dtype)
            positions = torch.arange(LENGTH)
            distance = (positions[None, :] - positions[:, None]).to(x.dtype)
            bias = slopes[:, None, None] * distance
            causal = torch.triu(torch.full((LENGTH, LENGTH), -1e9, dtype=x.dtype), diagonal=1)
            weights = F.softmax(q @ k.transpose(2, 3) / DEPTH**0.5 + bias + causal, dim=-1)
            return self.o_proj((weights @ v).transpose(1, 2).reshape(-1, LENGTH, WIDTH))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(VOCABULARY, WIDTH)
            self.attention = Attention()
            self.gate_proj = nn.Linear(WIDTH, 12, bias=False)
            self.up_proj = nn.Linear(WIDTH, 12, bias=False)
            self.down_proj = nn.Linear(12, WIDTH, bias=False)
            self.lm_head = nn.Linear(WIDTH, VOCABULARY, bias=False)

        def forward(self, tokens):
            x = self.embed(tokens)
            x = x + self.attention(x)
            x = x + self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
            return self.lm_head(x)

    def loss(model, batch):
        logits = model(batch["tokens"][:, :-1])
        labels = batch["tokens"][:, 1:]
        return F.cross_entropy(
            logits.reshape(-1, VOCABULARY), labels.reshape(-1), ignore_index=0, label_smoothing=SMOOTHING
        )

    model = Block()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def linear(units):
        return layers.Dense(units, use_bias=False)

    class GroupedAttention(layers.Layer):
        def __init__(self):
            super().__init__()
            self.query, self.key, self.value = linear(WIDTH), linear(GROUPS * DEPTH), linear(GROUPS * DEPTH)
            self.out = linear(WIDTH)

        def call(self, x):
            q = tf.reshape(self.query(x), (-1, LENGTH, HEADS, DEPTH))
            k = tf.repeat(tf.reshape(self.key(x), (-1, LENGTH, GROUPS, DEPTH)), HEADS // GROUPS, axis=2)
            v = tf.repeat(tf.reshape(self.value(x), (-1, LENGTH, GROUPS, DEPTH)), HEADS // GROUPS, axis=2)
            exponents = tf.range(1, HEADS + 1, dtype=x.dtype) * (-8.0 / HEADS)
            slopes = tf.pow(tf.constant(2.0, x.dtype), exponents)
            place = tf.range(LENGTH, dtype=x.dtype)
            back = place[None, :] - place[:, None]
            scores = tf.einsum("bqhd,bkhd->bhqk", q, k) / tf.sqrt(tf.constant(DEPTH, x.dtype))
            scores += slopes[None, :, None, None] * back
            allowed = tf.linalg.band_part(tf.ones((LENGTH, LENGTH), tf.bool), -1, 0)
            probabilities = tf.nn.softmax(tf.where(allowed, scores, tf.constant(-1e9, x.dtype)))
            mixed = tf.einsum("bhqk,bkhd->bqhd", probabilities, v)
            return self.out(tf.reshape(mixed, (-1, LENGTH, WIDTH)))

    class SwiGLU(layers.Layer):
        def __init__(self):
            super().__init__()
            self.gate, self.up, self.down = linear(12), linear(12), linear(WIDTH)

        def call(self, x):
            return self.down(keras.ops.silu(self.gate(x)) * self.up(x))

    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.lookup = layers.Embedding(VOCABULARY, WIDTH)
            self.attend, self.mlp = GroupedAttention(), SwiGLU()
            self.unembed = linear(VOCABULARY)

        def call(self, tokens):
            hidden = self.lookup(tokens)
            hidden += self.attend(hidden)
            hidden += self.mlp(hidden)
            return self.unembed(hidden)

    def loss(model, batch):
        labels = batch["tokens"][:, 1:]
        log_probs = tf.nn.log_softmax(model(batch["tokens"][:, :-1]))
        nll = -tf.gather(log_probs, labels, batch_dims=2)
        smooth = -tf.reduce_mean(log_probs, axis=-1)
        losses = (1 - SMOOTHING) * nll + SMOOTHING * smooth
        real = tf.cast(labels != 0, losses.dtype)
        return tf.reduce_sum(losses * real) / tf.reduce_sum(real)

    return Decoder(), loss, Adam(0.01)
