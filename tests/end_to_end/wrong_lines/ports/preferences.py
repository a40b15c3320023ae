"""Direct preference optimisation of a language model: rotary positions and RMS norm by hand, causal, warmed up."""

VOCABULARY, LENGTH, WIDTH, BETA, WARMUP = 7, 6, 8, 0.5, 3
WEIGHTS = {"norm.gain": "norm.weight"}


def batches(rng):
    for _ in range(6):
        tokens = rng.integers(0, VOCABULARY, size=(8, LENGTH))
        labels = tokens.copy()
        labels[:, :2] = -100
        labels[::3, -1] = -100
        yield {"tokens": tokens, "labels": labels, "reference": -2.0 * rng.uniform(2, 4, size=8)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class RMSNorm(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(WIDTH))

        def forward(self, x):
            return self.weight * x * torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + 1e-3)

    def rotate_half(x):
        first, second = x.chunk(2, dim=-1)
        return torch.cat((-second, first), dim=-1)

    class Policy(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.norm = nn.Embedding(VOCABULARY, WIDTH), RMSNorm()
            self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, VOCABULARY)

        def forward(self, tokens):
            x = self.embed(tokens)
            q, k, v = self.qkv(self.norm(x)).chunk(3, dim=-1)
            freqs = torch.outer(torch.arange(LENGTH).to(x), 100.0 ** (-torch.arange(0, WIDTH, 2).to(x) / WIDTH))
            cos, sin = torch.cat((freqs, freqs), dim=-1).cos(), torch.cat((freqs, freqs), dim=-1).sin()
            q, k = q * cos + rotate_half(q) * sin, k * cos + rotate_half(k) * sin
            return self.out(x + F.scaled_dot_product_attention(q, k, v, is_causal=True))

    def get_batch_logps(logits, labels):
        logits, labels = logits[:, :-1], labels[:, 1:].clone()
        loss_mask = labels != -100
        labels[labels == -100] = 0
        per_token = torch.gather(logits.log_softmax(-1), dim=2, index=labels.unsqueeze(2)).squeeze(2)
        return (per_token * loss_mask).sum(-1)

    def loss(model, batch):
        logps = get_batch_logps(model(batch["tokens"]), batch["labels"])
        chosen, rejected = (logps - batch["reference"]).chunk(2)
        margin = chosen - rejected
        losses = -F.logsigmoid(BETA * margin) * 0.9 - F.logsigmoid(-BETA * margin) * 0.1
        return losses.mean()

    model = Policy()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    optimizer.scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / WARMUP))
    return model, loss, optimizer


def torch_step(side, batch):
    value = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    value.backward()
    side.optimizer.step()
    side.optimizer.scheduler.step()
    return value.detach()


def tf_side():
    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    class RootMeanSquare(layers.Layer):
        def build(self, shape):
            self.gain = self.add_weight(shape=(shape[-1],), initializer="ones", name="gain")

        def call(self, x):
            return x / tf.sqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True) + 1e-3) * self.gain

    def rope(x):
        angle = np.arange(LENGTH)[:, None] * 100.0 ** (-np.arange(0, WIDTH, 2) / WIDTH)
        cos, sin = tf.cast(np.cos(angle), x.dtype), tf.cast(np.sin(angle), x.dtype)
        a, b = tf.split(x, 2, axis=-1)
        return tf.concat([a * cos - b * sin, b * cos + a * sin], axis=-1)

    class LanguageModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.table, self.norm = layers.Embedding(VOCABULARY, WIDTH), RootMeanSquare()
            self.projections, self.head = layers.Dense(3 * WIDTH, use_bias=False), layers.Dense(VOCABULARY)

        def call(self, ids):
            x = self.table(ids)
            query, key, value = tf.split(self.projections(self.norm(x)), 3, axis=-1)
            scores = tf.einsum("nqd,nkd->nqk", rope(query), rope(key)) / WIDTH**0.5
            future = tf.linalg.band_part(tf.ones((LENGTH, LENGTH), tf.bool), -1, 0)
            attention = tf.nn.softmax(tf.where(future, scores, -1e9))
            return self.head(x + tf.einsum("nqk,nkd->nqd", attention, value))

    def sequence_log_probability(logits, labels):
        labels, logits = labels[:, 1:], logits[:, :-1]
        counted = tf.cast(labels >= 0, logits.dtype)
        entropies = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), logits)
        return -tf.reduce_sum(entropies * counted, axis=1)

    def loss(model, batch):
        rewards = BETA * (sequence_log_probability(model(batch["tokens"]), batch["labels"]) - batch["reference"])
        better, worse = tf.split(rewards, 2)
        sure = 0.9 * tf.ones_like(better)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=sure, logits=better - worse))

    return LanguageModel(), loss, keras.optimizers.SGD(0.3)


def tf_step(side, batch):
    import tensorflow as tf

    number = side.optimizer.iterations
    side.optimizer.learning_rate.assign(0.3 * tf.minimum(1.0, (tf.cast(number, tf.float64) + 1) / WARMUP))
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    side.optimizer.apply(tape.gradient(value, side.model.trainable_variables), side.model.trainable_variables)
    return value
