"""A bidirectional GRU that reads a sequence of tokens, padded with zeros at the end; the last step is read off."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    tokens = rng.integers(1, 12, size=(96, 6))
    label = (tokens[:, 0] > tokens[:, 2]).astype(float)
    tokens[np.arange(6) >= rng.integers(4, 7, size=(96, 1))] = 0
    for _ in range(3):
        for rows in rng.permutation(96).reshape(STEPS_PER_EPOCH, 24):
            yield {"tokens": tokens[rows], "label": label[rows]}


def torch_side():
    import torch
    from torch import nn

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(12, 5)
            self.gru = nn.GRU(5, 6, batch_first=True, bidirectional=True)
            self.head = nn.Linear(12, 1)

        def forward(self, tokens):
            states, _ = self.gru(self.embedding(tokens))
            return self.head(states[:, -1])[:, 0]

    def loss(model, batch):
        return nn.functional.binary_cross_entropy_with_logits(model(batch["tokens"]), batch["label"])

    model = Reader()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.8)


def tf_side():
    import keras
    from keras import layers

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(12, 5)
            self.gru = layers.Bidirectional(layers.GRU(6, return_sequences=True))
            self.head = layers.Dense(1)

        def call(self, tokens):
            states = self.gru(self.embedding(tokens))
            return self.head(states[:, -1])[:, 0]

    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def loss(model, batch):
        return cross_entropy(batch["label"], model(batch["tokens"]))

    return Network(), loss, keras.optimizers.SGD(0.3, momentum=np.float64(0.8))
