"""Tags of a sequence: a layer of one's own scores the transitions, the forward algorithm is a loop and a tf.scan."""

import numpy as np

TAGS, STEPS = 4, 5
WEIGHTS = {"tagger.trans": "crf.transitions", "tagger.first": "crf.start"}


def batches(rng):
    for _ in range(5):
        mask = np.arange(STEPS) < rng.integers(2, STEPS + 1, size=(6, 1))
        yield rng.normal(size=(6, STEPS, 3)), rng.integers(0, TAGS, size=(6, STEPS)), mask


def torch_side():
    import torch
    from torch import nn

    class CRF(nn.Module):
        def __init__(self):
            super().__init__()
            self.transitions = nn.Parameter(torch.randn(TAGS, TAGS))
            self.start = nn.Parameter(torch.randn(TAGS))

        def _numerator(self, emissions, tags, mask):
            rows = torch.arange(len(tags))
            score = self.start[tags[:, 0]] + emissions[rows, 0, tags[:, 0]]
            for i in range(1, STEPS):
                step = self.transitions[tags[:, i - 1], tags[:, i]] + emissions[rows, i, tags[:, i]]
                score = score + step * mask[:, i]
            return score

        def _denominator(self, emissions, mask):
            score = self.start + emissions[:, 0]
            for i in range(1, STEPS):
                every = score.unsqueeze(2) + self.transitions + emissions[:, i].unsqueeze(1)
                score = torch.where(mask[:, i].unsqueeze(1), torch.logsumexp(every, dim=1), score)
            return torch.logsumexp(score, dim=1)

        def forward(self, emissions, tags, mask):
            return self._numerator(emissions, tags, mask) - self._denominator(emissions, mask)

    def loss(model, batch):
        tokens, tags, mask = batch
        return -model["crf"](model["net"](tokens), tags, mask).mean()

    model = nn.ModuleDict({"net": nn.Linear(3, TAGS), "crf": CRF()})
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adam

    class ConditionalField(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.trans = self.add_weight(shape=(TAGS, TAGS), initializer="random_normal", name="trans")
            self.first = self.add_weight(shape=(TAGS,), initializer="random_normal", name="first")

        def call(self, logits, tags, keep):
            weight = tf.cast(keep, logits.dtype)
            unary = tf.reduce_sum(weight * tf.gather(logits, tags, axis=2, batch_dims=2), axis=1)
            bigrams = tf.gather_nd(self.trans, tf.stack([tags[:, :-1], tags[:, 1:]], axis=-1))
            path = unary + tf.reduce_sum(weight[:, 1:] * bigrams, axis=1) + tf.gather(self.first, tags[:, 0])

            def forward_step(alpha, now):
                potentials, alive = now
                moved = tf.reduce_logsumexp(alpha[:, :, None] + self.trans[None], axis=1) + potentials
                return tf.where(alive[:, None], moved, alpha)

            times = (tf.transpose(logits, (1, 0, 2))[1:], tf.transpose(keep)[1:])
            alphas = tf.scan(forward_step, times, initializer=self.first + logits[:, 0])
            return path - tf.reduce_logsumexp(alphas[-1], axis=1)

    class Tagger(keras.Model):
        def __init__(self):
            super().__init__()
            self.scores = keras.layers.Dense(TAGS)
            self.tagger = ConditionalField()

        def call(self, tokens, tags, keep):
            return self.tagger(self.scores(tokens), tags, keep)

    return Tagger(), lambda model, batch: -tf.reduce_mean(model(*batch)), Adam(0.02)
