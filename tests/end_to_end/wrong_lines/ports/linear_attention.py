"""Attention that is linear in length (idiap/fast-transformers): running sums here, masked products there."""

VOCABULARY, LENGTH, DIM, HEADS = 9, 6, 8, 2


def batches(rng):
    for _ in range(5):
        yield {"tokens": rng.integers(0, VOCABULARY, size=(4, LENGTH + 1))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    def elu_feature_map(x):
        return F.elu(x) + 1

    class CausalLinearAttention(nn.Module):
        def __init__(self, eps=1e-6):
            super().__init__()
            self.eps = eps
            self.query_projection = nn.Linear(DIM, DIM)
            self.key_projection = nn.Linear(DIM, DIM)
            self.value_projection = nn.Linear(DIM, DIM)
            self.out_projection = nn.Linear(DIM, DIM)

        def forward(self, x):
            N, L, _ = x.shape
            Q = elu_feature_map(self.query_projection(x).view(N, L, HEADS, -1))
            K = elu_feature_map(self.key_projection(x).view(N, L, HEADS, -1))
            V = self.value_projection(x).view(N, L, HEADS, -1)
            KV = torch.einsum("nlhd,nlhm->nlhdm", K, V).cumsum(dim=1)
            Z = 1 / (torch.einsum("nlhd,nlhd->nlh", Q, K.cumsum(1)) + self.eps)
            out = torch.einsum("nlhd,nlhdm,nlh->nlhm", Q, KV, Z)
            return self.out_projection(out.reshape(N, L, -1))

    class TransformerEncoderLayer(nn.Module):
        def __init__(self):
            super().__init__()
            self.embeddings = nn.Embedding(VOCABULARY, DIM)
            self.attention = CausalLinearAttention()
            self.norm1 = nn.LayerNorm(DIM)
            self.linear1 = nn.Linear(DIM, 16)
            self.linear2 = nn.Linear(16, DIM)
            self.norm2 = nn.LayerNorm(DIM)
            self.predictor = nn.Linear(DIM, VOCABULARY)

        def forward(self, tokens):
            x = self.embeddings(tokens)
            x = self.norm1(x + self.attention(x))
            y = self.linear2(F.gelu(self.linear1(x)))
            return self.predictor(self.norm2(x + y))

    def loss(model, batch):
        y_hat = model(batch["tokens"][:, :-1])
        return F.cross_entropy(y_hat.reshape(-1, VOCABULARY), batch["tokens"][:, 1:].reshape(-1))

    model = TransformerEncoderLayer()
    return model, loss, torch.optim.RAdam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RAdam

    class Kernelised(layers.Layer):
        def __init__(self):
            super().__init__()
            self.q, self.k = layers.Dense(DIM), layers.Dense(DIM)
            self.v, self.merge = layers.Dense(DIM), layers.Dense(DIM)

        def heads(self, x):
            return tf.transpose(tf.reshape(x, [-1, LENGTH, HEADS, DIM // HEADS]), [0, 2, 1, 3])

        def call(self, x):
            query = 1.0 + tf.nn.elu(self.heads(self.q(x)))
            key = 1.0 + tf.nn.elu(self.heads(self.k(x)))
            likeness = tf.matmul(query, key, transpose_b=True)
            likeness *= tf.linalg.band_part(tf.ones([LENGTH, LENGTH], x.dtype), -1, 0)
            total = tf.reduce_sum(likeness, axis=-1, keepdims=True)
            mixed = tf.matmul(likeness, self.heads(self.v(x))) / (total + 1e-6)
            return self.merge(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, LENGTH, DIM]))

    tokens = keras.Input((LENGTH,), dtype="int64")
    x = layers.Embedding(VOCABULARY, DIM)(tokens)
    x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, Kernelised()(x)]))
    inner = layers.Dense(16, activation="gelu")(x)
    x = layers.LayerNormalization(epsilon=1e-5, name="last_norm")(layers.Add()([x, layers.Dense(DIM)(inner)]))
    model = keras.Model(tokens, layers.Dense(VOCABULARY)(x))

    def loss(model, batch):
        tokens = batch["tokens"]
        each = keras.losses.sparse_categorical_crossentropy(tokens[:, 1:], model(tokens[:, :-1]), from_logits=True)
        return keras.ops.mean(each)

    return model, loss, RAdam(0.02)
