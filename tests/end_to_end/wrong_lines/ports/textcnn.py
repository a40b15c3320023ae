"""Sentences sorted by a CNN: a padding row that never learns, widths two and three, rare classes weigh more."""

import numpy as np

CLASS_WEIGHTS = np.array([0.5, 2.0, 1.0])


def batches(rng):
    for _ in range(5):
        tokens = rng.integers(1, 12, size=(6, 7))
        tokens[rng.integers(4, 8, size=6)[:, None] <= np.arange(7)] = 0
        yield {"tokens": tokens, "label": rng.integers(0, 3, size=6)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class TextCNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(12, 5, padding_idx=0)
            self.convs = nn.ModuleList([nn.Conv1d(5, 4, k) for k in (2, 3)])
            self.fc = nn.Linear(8, 3)

        def forward(self, tokens):
            x = self.embed(tokens).transpose(1, 2)
            x = [F.relu(conv(x)).max(dim=2).values for conv in self.convs]
            return self.fc(torch.cat(x, dim=1))

    model = TextCNN()

    def loss(model, batch):
        weight = torch.as_tensor(CLASS_WEIGHTS, dtype=model.fc.weight.dtype)
        return F.cross_entropy(model(batch["tokens"]), batch["label"], weight=weight)

    return model, loss, torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.9, eps=1e-6)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adadelta

    class TextCNN(keras.Model):
        def __init__(self):
            super().__init__()
            self.table = layers.Embedding(12, 5)
            self.narrow = layers.Conv1D(4, 2, activation="relu")
            self.wide = layers.Conv1D(4, 3, activation="relu")
            self.pool = layers.GlobalMaxPooling1D()
            self.logits = layers.Dense(3)

        def call(self, tokens):
            x = self.table(tokens)
            x = x * tf.cast(tokens > 0, x.dtype)[:, :, None]
            pooled = [self.pool(self.narrow(x)), self.pool(self.wide(x))]
            return self.logits(tf.concat(pooled, axis=-1))

    def loss(model, batch):
        logits = model(batch["tokens"])
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"], logits)
        weights = tf.gather(tf.constant(CLASS_WEIGHTS, logits.dtype), batch["label"])
        return tf.reduce_sum(weights * each) / tf.reduce_sum(weights)

    return TextCNN(), loss, Adadelta(1.0, rho=0.9, epsilon=1e-6)
