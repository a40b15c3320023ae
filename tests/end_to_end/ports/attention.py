"""A language model of one block: pre-norm causal attention, exact GELU, the output tied to the embedding, AdamW."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    start, stride = rng.integers(0, 11, size=(2, 80, 1))
    text = (start + stride * np.arange(9)) % 11
    for _ in range(3):
        for rows in rng.permutation(80).reshape(STEPS_PER_EPOCH, 20):
            yield {"tokens": text[rows, :-1], "next": text[rows, 1:]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class LanguageModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.token = nn.Embedding(11, 16)
            self.position = nn.Embedding(8, 16)
            self.norm1 = nn.LayerNorm(16)
            self.attn = nn.MultiheadAttention(16, 4, batch_first=True)
            self.norm2 = nn.LayerNorm(16)
            self.fc1 = nn.Linear(16, 32)
            self.fc2 = nn.Linear(32, 16)

        def forward(self, tokens):
            x = self.token(tokens) + self.position(torch.arange(8))
            normed = self.norm1(x)
            hidden = torch.ones(8, 8, dtype=torch.bool).triu(1)
            x = x + self.attn(normed, normed, normed, attn_mask=hidden, need_weights=False)[0]
            x = x + self.fc2(F.gelu(self.fc1(self.norm2(x))))
            return x @ self.token.weight.T

    def loss(model, batch):
        return F.cross_entropy(model(batch["tokens"]).flatten(0, 1), batch["next"].flatten())

    model = LanguageModel()
    nn.init.normal_(model.token.weight, std=0.1)
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class AdamW(Adam):
        """Decoupled decay of every weight, before Adam's own step."""

        def update_step(self, gradient, variable, learning_rate):
            variable.assign(variable * (1 - 0.01 * learning_rate))
            super().update_step(gradient, variable, learning_rate)

    def gelu(x):
        """The exact one; tf.nn.gelu has its constant in float32."""
        return 0.5 * x * (1 + tf.math.erf(x / 2**0.5))

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.token = layers.Embedding(11, 16)
            self.position = layers.Embedding(8, 16)
            self.norm1 = layers.LayerNormalization(epsilon=1e-5)
            self.attn = layers.MultiHeadAttention(4, key_dim=4)
            self.norm2 = layers.LayerNormalization(epsilon=1e-5)
            self.fc1 = layers.Dense(32)
            self.fc2 = layers.Dense(16)

        def call(self, tokens):
            x = self.token(tokens) + self.position(tf.range(8))
            normed = self.norm1(x)
            x = x + self.attn(normed, normed, use_causal_mask=True)
            x = x + self.fc2(gelu(self.fc1(self.norm2(x))))
            return tf.matmul(x, self.token.embeddings, transpose_b=True)

    def loss(model, batch):
        logits = model(batch["tokens"])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["next"], logits))

    network = Network()
    return network, loss, AdamW(0.02)
