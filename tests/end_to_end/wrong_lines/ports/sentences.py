"""Sentences embedded so that pairs meet: masked attention, the mean of real tokens, the other pairs as negatives."""

import numpy as np

DIM, SCALE = 5, 20.0


def batches(rng):
    def some():
        length = rng.integers(2, 7, size=5)
        return rng.integers(1, 14, size=(5, 6)) * (np.arange(6) < length[:, None])

    for _ in range(5):
        yield {"question": some(), "answer": some()}


def torch_side():
    import math

    import torch
    import torch.nn.functional as F
    from torch import nn

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.word = nn.Embedding(14, DIM)
            self.query = nn.Linear(DIM, DIM)
            self.key = nn.Linear(DIM, DIM)
            self.value = nn.Linear(DIM, DIM)
            self.output = nn.Linear(DIM, DIM)

        def forward(self, ids):
            mask = ids.ne(0)
            x = self.word(ids)
            scores = self.query(x) @ self.key(x).transpose(1, 2) / math.sqrt(DIM)
            scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
            x = x + scores.softmax(-1) @ self.value(x)
            weights = mask.unsqueeze(-1).to(x.dtype)
            pooled = (x * weights).sum(1) / weights.sum(1)
            return self.output(pooled)

    def loss(model, batch):
        a = F.normalize(model(batch["question"]), p=2, dim=1)
        b = F.normalize(model(batch["answer"]), p=2, dim=1)
        scores = torch.mm(a, b.t()) * SCALE
        return F.cross_entropy(scores, torch.arange(len(scores)))

    model = Encoder()
    return model, loss, torch.optim.Adam(model.parameters(), lr=3e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Encoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.word = layers.Embedding(14, DIM)
            self.query, self.key, self.value = layers.Dense(DIM), layers.Dense(DIM), layers.Dense(DIM)
            self.projection = layers.Dense(DIM)

        def call(self, ids):
            x = self.word(ids)
            real = tf.cast(tf.not_equal(ids, 0), x.dtype)
            logits = tf.einsum("bqd,bkd->bqk", self.query(x), self.key(x)) * DIM**-0.5
            logits += (1.0 - real[:, None, :]) * -1e9
            x += tf.einsum("bqk,bkd->bqd", tf.nn.softmax(logits, axis=-1), self.value(x))
            total = tf.reduce_sum(x * real[..., None], axis=1)
            mean = total / tf.reduce_sum(real, axis=1, keepdims=True)
            return self.projection(mean)

    def loss(model, batch):
        questions = tf.math.l2_normalize(model(batch["question"]), axis=-1)
        answers = tf.math.l2_normalize(model(batch["answer"]), axis=-1)
        similarity = SCALE * tf.matmul(questions, answers, transpose_b=True)
        own = tf.range(tf.shape(similarity)[0])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(own, similarity))

    return Encoder(), loss, Adam(3e-3)
