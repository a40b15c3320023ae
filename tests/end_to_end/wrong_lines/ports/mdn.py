"""A mixture density network: the likelihood of a mixture of Gaussians, by torch.distributions and by hand."""

import math


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(5, 3))
        yield x, x[:, :1] * rng.choice([-1, 1], size=(5, 1)) + 0.1 * rng.normal(size=(5, 1))


def torch_side():
    import torch
    from torch import nn
    from torch.distributions import Normal

    class Mixture(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(3, 10)
            self.pi, self.mu, self.log_sigma = nn.Linear(10, 5), nn.Linear(10, 5), nn.Linear(10, 5)

        def forward(self, x):
            h = torch.tanh(self.hidden(x))
            return self.pi(h), self.mu(h), self.log_sigma(h)

    def loss(model, batch):
        x, y = batch
        pi, mu, log_sigma = model(x)
        log_prob = Normal(mu, log_sigma.exp()).log_prob(y)
        log_pi = torch.log_softmax(pi, dim=1)
        return -torch.logsumexp(log_pi + log_prob, dim=1).mean()

    model = Mixture()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Mixture(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(10)
            self.weight, self.mean, self.spread = layers.Dense(5), layers.Dense(5), layers.Dense(5)

        def call(self, x):
            h = tf.tanh(self.hidden(x))
            return self.weight(h), self.mean(h), self.spread(h)

    def loss(model, batch):
        x, y = batch
        weight, mean, spread = model(x)
        sigma = tf.exp(spread)
        gaussian = -0.5 * ((y - mean) / sigma) ** 2 - tf.math.log(sigma) - 0.5 * math.log(2 * math.pi)
        mixing = tf.nn.log_softmax(weight, axis=1)
        likelihood = tf.reduce_logsumexp(mixing + gaussian, axis=1)
        return -tf.reduce_mean(likelihood)

    return Mixture(), loss, Adam(0.01)
