"""A sequence classifier. PyTorch's LSTM trains two bias vectors, Keras' one: here PyTorch's second stays at zero."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    series = rng.normal(size=(80, 7, 3)).cumsum(axis=1)
    rises = (series[:, -1].sum(axis=1) > series[:, 0].sum(axis=1)).astype(np.int64)
    for _ in range(4):
        for rows in rng.permutation(80).reshape(STEPS_PER_EPOCH, 20):
            yield {"series": series[rows], "rises": rises[rows]}


def torch_side():
    import torch
    from torch import nn

    class SequenceClassifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 8, batch_first=True)
            self.head = nn.Linear(8, 2)

        def forward(self, x):
            states, _ = self.lstm(x)
            return self.head(states[:, -1])

    def loss(model, batch):
        return nn.functional.cross_entropy(model(batch["series"]), batch["rises"])

    model = SequenceClassifier()
    nn.init.zeros_(model.lstm.bias_hh_l0).requires_grad_(False)
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.lstm = layers.LSTM(8, return_sequences=True)
            self.head = layers.Dense(2)

        def call(self, x):
            return self.head(self.lstm(x)[:, -1])

    def loss(model, batch):
        logits = model(batch["series"])
        return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(batch["rises"], logits, from_logits=True))

    return Network(), loss, keras.optimizers.SGD(0.5)
