"""Factors apart (beta-TCVAE): the total correlation of codes, estimated from all pairs of a batch with its weights."""

import math

DATA, BETA, LATENT, PIXELS = 100, 4.0, 3, 8


def batches(rng):
    for _ in range(5):
        yield {"x": (rng.uniform(size=(7, PIXELS)) < 0.4).astype(float), "eps": rng.normal(size=(7, LATENT))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def normal_log_density(sample, mu, logvar):
        normalization = -0.5 * (math.log(2 * math.pi) + logvar)
        inv_var = torch.exp(-logvar)
        return normalization - 0.5 * ((sample - mu) ** 2 * inv_var)

    def logsumexp(value, dim, keepdim=False):
        m, _ = torch.max(value, dim=dim, keepdim=True)
        value0 = value - m
        if keepdim is False:
            m = m.squeeze(dim)
        return m + torch.log(torch.sum(torch.exp(value0), dim=dim, keepdim=keepdim))

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(PIXELS, 10), nn.Tanh(), nn.Linear(10, 2 * LATENT))
            self.decoder = nn.Sequential(nn.Linear(LATENT, 10), nn.Tanh(), nn.Linear(10, PIXELS))

        def encode(self, x, eps):
            z_params = self.encoder(x).view(x.size(0), 2, LATENT)
            mu, logvar = z_params.select(1, 0), z_params.select(1, 1)
            std = torch.exp(0.5 * logvar)
            return eps * std + mu, mu, logvar

        def elbo(self, x, eps):
            batch_size = x.size(0)
            zs, mu, logvar = self.encode(x, eps)
            x_params = self.decoder(zs)
            logpx = -F.binary_cross_entropy_with_logits(x_params, x, reduction="none").sum(1)
            zero = torch.zeros_like(zs)
            logpz = normal_log_density(zs, zero, zero).sum(1)
            logqz_condx = normal_log_density(zs, mu, logvar).sum(1)
            _logqz = normal_log_density(
                zs.view(batch_size, 1, LATENT), mu.view(1, batch_size, LATENT), logvar.view(1, batch_size, LATENT)
            )
            # minibatch weighted sampling
            logqz_prodmarginals = (logsumexp(_logqz, dim=1) - math.log(batch_size * DATA)).sum(1)
            logqz = logsumexp(_logqz.sum(2), dim=1) - math.log(batch_size * DATA)
            mutual_information = logqz_condx - logqz
            total_correlation = logqz - logqz_prodmarginals
            dimension_wise_kl = logqz_prodmarginals - logpz
            return logpx - mutual_information - BETA * total_correlation - dimension_wise_kl

        def forward(self, x, eps):
            return self.elbo(x, eps)

    def loss(model, batch):
        return model(batch["x"], batch["eps"]).mean().mul(-1)

    model = VAE()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def gaussian_log_density(samples, mean, log_var):
        pi = tf.constant(math.pi, samples.dtype)
        normalization = tf.math.log(2.0 * pi)
        inv_sigma = tf.exp(-log_var)
        tmp = samples - mean
        return -0.5 * (tmp * tmp * inv_sigma + log_var + normalization)

    def total_correlation(z, z_mean, z_logvar):
        log_qz_prob = gaussian_log_density(z[:, None], z_mean[None], z_logvar[None])
        log_weight = math.log(z.shape[0] * DATA)
        log_qz_product = tf.reduce_sum(tf.reduce_logsumexp(log_qz_prob, axis=1) - log_weight, axis=1)
        log_qz = tf.reduce_logsumexp(tf.reduce_sum(log_qz_prob, axis=2), axis=1) - log_weight
        return tf.reduce_mean(log_qz - log_qz_product)

    class BetaTCVAE(keras.Model):
        def __init__(self):
            super().__init__()
            self.inference = keras.Sequential([layers.Dense(10, "tanh"), layers.Dense(2 * LATENT)])
            self.generative = keras.Sequential([layers.Dense(10, "tanh"), layers.Dense(PIXELS)])

        def call(self, x, noise):
            z_mean, z_logvar = tf.split(self.inference(x), 2, axis=1)
            z = z_mean + tf.exp(z_logvar / 2) * noise
            return self.generative(z), z, z_mean, z_logvar

    def loss(model, batch):
        logits, z, z_mean, z_logvar = model(batch["x"], batch["eps"])
        cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=batch["x"], logits=logits)
        reconstruction = tf.reduce_mean(tf.reduce_sum(cross_entropy, axis=1))
        posterior = gaussian_log_density(z, z_mean, z_logvar)
        prior = gaussian_log_density(z, tf.zeros_like(z), tf.zeros_like(z))
        kl = tf.reduce_mean(tf.reduce_sum(posterior - prior, axis=1))
        regulariser = (BETA - 1.0) * total_correlation(z, z_mean, z_logvar) + kl
        return reconstruction + regulariser

    return BetaTCVAE(), loss, Adam(0.01)
