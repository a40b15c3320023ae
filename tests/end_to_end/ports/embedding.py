"""A bag of words with padding: the row of the padding token is zero and stays so; the mean is over the real tokens."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    tokens = rng.integers(1, 15, size=(96, 6))
    target = (tokens % 3).mean(axis=1)
    tokens[np.arange(6) >= rng.integers(2, 7, size=(96, 1))] = 0
    for _ in range(3):
        for rows in rng.permutation(96).reshape(STEPS_PER_EPOCH, 24):
            yield {"tokens": tokens[rows], "target": target[rows]}


def torch_side():
    import torch
    from torch import nn

    class BagOfWords(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(15, 8, padding_idx=0)
            self.fc = nn.Linear(8, 8)
            self.out = nn.Linear(8, 1)

        def forward(self, tokens):
            count = (tokens != 0).sum(dim=1, keepdim=True)
            mean = self.words(tokens).sum(dim=1) / count
            return self.out(torch.relu(self.fc(mean)))[:, 0]

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["tokens"]), batch["target"])

    model = BagOfWords()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.words = layers.Embedding(15, 8)
            self.fc = layers.Dense(8)
            self.out = layers.Dense(1)

        def call(self, tokens):
            vectors = self.words(tokens)
            real = tf.cast(tokens != 0, vectors.dtype)[:, :, None]
            total = tf.reduce_sum(vectors * real, axis=1)
            mean = total / tf.reduce_sum(real, axis=1)
            return self.out(tf.nn.relu(self.fc(mean)))[:, 0]

    def loss(model, batch):
        return tf.reduce_mean(tf.math.squared_difference(model(batch["tokens"]), batch["target"]))

    network = Network()
    return network, loss, Adam(0.02)
