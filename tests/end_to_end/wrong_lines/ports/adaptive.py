"""Many words (adaptive softmax): a head for the frequent ones,
clusters of narrower projections for the rest, GLU below.
"""

WORDS, WIDTH, CUTOFFS, DIV, LENGTH = 16, 8, (4, 9), 2, 6


def batches(rng):
    for _ in range(5):
        yield {"text": (rng.uniform(size=(4, LENGTH + 1)) ** 2 * WORDS).astype(int)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class GatedConv(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(WIDTH, 2 * WIDTH, 3)

        def forward(self, x):
            return F.glu(self.conv(F.pad(x, (2, 0))), dim=1) + x

    class GCNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(WORDS, WIDTH)
            self.first, self.second = GatedConv(), GatedConv()
            self.adaptive = nn.AdaptiveLogSoftmaxWithLoss(WIDTH, WORDS, cutoffs=list(CUTOFFS), div_value=DIV)

        def forward(self, text):
            x = self.embedding(text[:, :-1]).transpose(1, 2)
            x = self.second(self.first(x)).transpose(1, 2)
            return self.adaptive(x.reshape(-1, WIDTH), text[:, 1:].reshape(-1))

    def loss(model, batch):
        return model(batch["text"]).loss

    model = GCNN()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    edges = (*CUTOFFS, WORDS)

    class Gated(layers.Layer):
        def __init__(self):
            super().__init__()
            self.convolution = layers.Conv1D(2 * WIDTH, 3, padding="causal")

        def call(self, x):
            value, gate = tf.split(self.convolution(x), 2, axis=-1)
            return x + value * tf.sigmoid(gate)

    class AdaptiveSoftmax(layers.Layer):
        def __init__(self):
            super().__init__()
            clusters = len(CUTOFFS)
            self.head = layers.Dense(CUTOFFS[0] + clusters, use_bias=False)
            self.narrow = [layers.Dense(WIDTH // DIV ** (i + 1), use_bias=False) for i in range(clusters)]
            self.tails = [layers.Dense(edges[i + 1] - edges[i], use_bias=False) for i in range(clusters)]

        def call(self, x, labels):
            first = tf.nn.log_softmax(self.head(x))
            pieces = [first[:, : CUTOFFS[0]]]
            for i, (narrow, tail) in enumerate(zip(self.narrow, self.tails)):
                inside = tf.nn.log_softmax(tail(narrow(x)))
                pieces.append(inside + first[:, CUTOFFS[0] + i, None])
            log_probabilities = tf.concat(pieces, axis=1)
            return tf.gather(log_probabilities, labels, batch_dims=1)

    class Language(keras.Model):
        def __init__(self):
            super().__init__()
            self.lookup = layers.Embedding(WORDS, WIDTH)
            self.gated = [Gated(), Gated()]
            self.softmax = AdaptiveSoftmax()

        def call(self, text):
            x = self.lookup(text[:, :-1])
            for layer in self.gated:
                x = layer(x)
            return self.softmax(tf.reshape(x, (-1, WIDTH)), tf.reshape(text[:, 1:], (-1,)))

    def loss(model, batch):
        return -tf.reduce_mean(model(batch["text"]))

    return Language(), loss, SGD(0.1, momentum=0.9, nesterov=True)
