"""Attentive neural process: a path that attends to the context, a latent path with a divergence, a bounded spread."""

HIDDEN, LATENT, CONTEXT, TARGETS = 6, 3, 4, 7


def batches(rng):
    import numpy as np

    for _ in range(5):
        x = rng.uniform(-2, 2, size=(3, TARGETS, 1))
        y = np.sin(2 * x + rng.uniform(0, 3, size=(3, 1, 1))) + 0.1 * rng.normal(size=x.shape)
        yield {"x": x, "y": y, "noise": rng.normal(size=(3, 1, LATENT))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.distributions import Normal, kl_divergence

    def mlp(inputs, hidden, outputs):
        return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))

    class LatentEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encode = mlp(2, HIDDEN, HIDDEN)
            self.penultimate = nn.Linear(HIDDEN, HIDDEN)
            self.mean = nn.Linear(HIDDEN, LATENT)
            self.log_sigma = nn.Linear(HIDDEN, LATENT)

        def forward(self, x, y):
            hidden = self.encode(torch.cat([x, y], dim=-1)).mean(dim=1, keepdim=True)
            hidden = torch.relu(self.penultimate(hidden))
            sigma = 0.1 + 0.9 * torch.sigmoid(self.log_sigma(hidden))
            return Normal(self.mean(hidden), sigma)

    class DeterministicEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encode = mlp(2, HIDDEN, HIDDEN)
            self.query_proj, self.key_proj = nn.Linear(1, HIDDEN), nn.Linear(1, HIDDEN)

        def forward(self, context_x, context_y, target_x):
            values = self.encode(torch.cat([context_x, context_y], dim=-1))
            query, keys = self.query_proj(target_x), self.key_proj(context_x)
            weights = torch.softmax(query @ keys.transpose(1, 2) / HIDDEN**0.5, dim=-1)
            return weights @ values

    class ANP(nn.Module):
        def __init__(self):
            super().__init__()
            self.latent_encoder = LatentEncoder()
            self.deterministic_encoder = DeterministicEncoder()
            self.decoder = mlp(1 + HIDDEN + LATENT, 8, 2)

        def forward(self, x, y, noise):
            context_x, context_y = x[:, :CONTEXT], y[:, :CONTEXT]
            prior = self.latent_encoder(context_x, context_y)
            posterior = self.latent_encoder(x, y)
            z = posterior.mean + posterior.stddev * noise
            r = self.deterministic_encoder(context_x, context_y, x)
            out = self.decoder(torch.cat([r, z.expand(-1, x.shape[1], -1), x], dim=-1))
            mu, log_sigma = out.chunk(2, dim=-1)
            return Normal(mu, 0.1 + 0.9 * F.softplus(log_sigma)), prior, posterior

    def loss(model, batch):
        dist, prior, posterior = model(batch["x"], batch["y"], batch["noise"])
        log_p = dist.log_prob(batch["y"]).squeeze(-1)
        kl = kl_divergence(posterior, prior).sum(dim=-1)
        return -(log_p - kl / batch["x"].shape[1]).mean()

    model = ANP()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import math

    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def two_layers(width, out, name):
        return keras.Sequential([layers.Dense(width, activation="relu"), layers.Dense(out)], name=name)

    class NeuralProcess(keras.Model):
        def __init__(self):
            super().__init__()
            self.pairs_to_latent = two_layers(HIDDEN, HIDDEN, "latent_pairs")
            self.before = layers.Dense(HIDDEN, activation="relu")
            self.location, self.scale = layers.Dense(LATENT), layers.Dense(LATENT)
            self.pairs_to_values = two_layers(HIDDEN, HIDDEN, "value_pairs")
            self.ask, self.answer = layers.Dense(HIDDEN), layers.Dense(HIDDEN)
            self.decode = two_layers(8, 2, "decode")

        def latent(self, x, y):
            summary = tf.reduce_mean(self.pairs_to_latent(tf.concat([x, y], axis=-1)), axis=1, keepdims=True)
            summary = self.before(summary)
            return self.location(summary), 0.1 + 0.9 * tf.sigmoid(self.scale(summary))

        def attend(self, x, y, at):
            logits = tf.einsum("btd,bcd->btc", self.ask(at), self.answer(x)) * HIDDEN**-0.5
            return tf.einsum("btc,bcd->btd", tf.nn.softmax(logits), self.pairs_to_values(tf.concat([x, y], axis=-1)))

        def call(self, inputs):
            x, y, noise = inputs
            seen_x, seen_y = x[:, :CONTEXT], y[:, :CONTEXT]
            prior, posterior = self.latent(seen_x, seen_y), self.latent(x, y)
            mean, spread = posterior
            z = tf.repeat(mean + spread * noise, TARGETS, axis=1)
            out = self.decode(tf.concat([self.attend(seen_x, seen_y, at=x), z, x], axis=-1))
            mu, raw = tf.split(out, 2, axis=-1)
            return mu, 0.1 + 0.9 * tf.nn.softplus(raw), prior, posterior

    def gaussian_kl(q, p):
        (q_mean, q_std), (p_mean, p_std) = q, p
        squares = tf.square(q_std / p_std) + tf.square((q_mean - p_mean) / p_std)
        return tf.reduce_sum(tf.math.log(p_std / q_std) + 0.5 * (squares - 1.0), axis=-1)

    def loss(model, batch):
        mu, sigma, prior, posterior = model((batch["x"], batch["y"], batch["noise"]))
        nll = 0.5 * tf.square((batch["y"] - mu) / sigma) + tf.math.log(sigma) + 0.5 * math.log(2.0 * math.pi)
        divergence = gaussian_kl(posterior, prior)
        return tf.reduce_mean(nll) + tf.reduce_mean(divergence) / TARGETS

    return NeuralProcess(), loss, Adam(5e-3)
