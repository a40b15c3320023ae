"""Counts over time (DeepAR): scaled by their own mean, an LSTM, the likelihood of a negative binomial."""

import numpy as np

STEPS = 6


def batches(rng):
    for _ in range(5):
        level = rng.uniform(1, 6, size=(5, 1))
        counts = rng.poisson(level, size=(5, STEPS + 1)).astype(float)
        yield {"counts": counts, "seen": np.arange(STEPS) < rng.integers(3, STEPS + 1, size=(5, 1))}


def torch_side():
    import torch
    from torch import nn
    from torch.distributions import NegativeBinomial
    from torch.nn import functional as F

    class DeepAR(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(1, 6, batch_first=True)
            self.mu = nn.Linear(6, 1)
            self.alpha = nn.Linear(6, 1)

        def forward(self, x):
            scale = 1 + x.mean(dim=1, keepdim=True)
            hidden, _ = self.lstm((x / scale).unsqueeze(-1))
            mu = F.softplus(self.mu(hidden)).squeeze(-1) * scale
            alpha = F.softplus(self.alpha(hidden)).squeeze(-1) / scale.sqrt()
            return mu, alpha

    def loss(model, batch):
        mu, alpha = model(batch["counts"][:, :-1])
        distribution = NegativeBinomial(total_count=1 / alpha, logits=torch.log(alpha * mu))
        log_prob = distribution.log_prob(batch["counts"][:, 1:])
        weight = batch["seen"].to(log_prob)
        return -(log_prob * weight).sum() / weight.sum()

    model = DeepAR()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import LSTM
    from tf_impl.optimizers import Adam

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.recurrent = LSTM(1, 6, return_state=False)
            self.to_mean = layers.Dense(1, activation="softplus")
            self.to_shape = layers.Dense(1, activation="softplus")

        def call(self, inputs):
            average = 1 + tf.reduce_mean(inputs, axis=1, keepdims=True)
            states = self.recurrent((inputs / average)[..., None])
            mean = average * self.to_mean(states)[..., 0]
            shape = self.to_shape(states)[..., 0] / tf.sqrt(average)
            return mean, shape

    def negative_binomial(k, mean, shape):
        r = 1 / shape
        combinations = tf.math.lgamma(k + r) - tf.math.lgamma(k + 1) - tf.math.lgamma(r)
        success = r * tf.math.log(r / (r + mean))
        return combinations + success + k * tf.math.log(mean / (r + mean))

    def loss(model, batch):
        mean, shape = model(batch["counts"][:, :-1])
        logs = negative_binomial(batch["counts"][:, 1:], mean, shape)
        kept = tf.boolean_mask(logs, batch["seen"])
        return -tf.reduce_mean(kept)

    return Network(), loss, Adam(0.01)
