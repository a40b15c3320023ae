"""Counts of genes (scVI, DCA): a variational code, shares of a cell's library, a negative binomial
that may drop to nothing.
"""

import numpy as np

GENES, HIDDEN, LATENT = 9, 7, 3


def batches(rng):
    for step in range(5):
        counts = rng.negative_binomial(2, 0.3, size=(8, GENES)) * (rng.uniform(size=(8, GENES)) < 0.7)
        counts[:, 0] += 1
        yield {
            "x": counts.astype(float),
            "noise": rng.normal(size=(8, LATENT)),
            "kl_weight": np.array([0.2 * (step + 1)]),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.distributions import Normal
    from torch.distributions import kl_divergence as kl

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(
                nn.Linear(GENES, HIDDEN), nn.BatchNorm1d(HIDDEN, momentum=0.01, eps=0.001), nn.ReLU()
            )
            self.mean_encoder = nn.Linear(HIDDEN, LATENT)
            self.var_encoder = nn.Linear(HIDDEN, LATENT)
            self.px_decoder = nn.Sequential(nn.Linear(LATENT, HIDDEN), nn.ReLU())
            self.px_scale_decoder = nn.Sequential(nn.Linear(HIDDEN, GENES), nn.Softmax(dim=-1))
            self.px_dropout_decoder = nn.Linear(HIDDEN, GENES)
            self.px_r = nn.Parameter(torch.randn(GENES))

        def forward(self, x, noise):
            library = torch.log(x.sum(1)).unsqueeze(1)
            q = self.encoder(torch.log1p(x))
            q_m = self.mean_encoder(q)
            q_v = torch.exp(self.var_encoder(q)) + 1e-4
            z = q_m + q_v.sqrt() * noise
            px = self.px_decoder(z)
            px_scale = self.px_scale_decoder(px)
            px_rate = torch.exp(library) * px_scale
            return Normal(q_m, q_v.sqrt()), px_rate, torch.exp(self.px_r), self.px_dropout_decoder(px)

    def log_zinb_positive(x, mu, theta, pi):
        # pi is in logits
        softplus_pi = F.softplus(-pi)
        log_theta_mu = torch.log(theta + mu)
        pi_theta_log = -pi + theta * (torch.log(theta) - log_theta_mu)
        case_zero = F.softplus(pi_theta_log) - softplus_pi
        mul_case_zero = torch.mul((x < 1e-8).type(x.dtype), case_zero)
        case_non_zero = (
            -softplus_pi
            + pi_theta_log
            + x * (torch.log(mu) - log_theta_mu)
            + torch.lgamma(x + theta)
            - torch.lgamma(theta)
            - torch.lgamma(x + 1)
        )
        mul_case_non_zero = torch.mul((x > 1e-8).type(x.dtype), case_non_zero)
        return mul_case_zero + mul_case_non_zero

    def loss(model, batch):
        x = batch["x"]
        qz, px_rate, px_r, px_dropout = model(x, batch["noise"])
        kl_divergence_z = kl(qz, Normal(torch.zeros_like(qz.loc), torch.ones_like(qz.scale))).sum(dim=-1)
        reconst_loss = -log_zinb_positive(x, px_rate, px_r, px_dropout).sum(-1)
        weighted_kl_local = batch["kl_weight"] * kl_divergence_z
        return torch.mean(reconst_loss + weighted_kl_local)

    model = VAE()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005, eps=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import Adam

    class Autoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode = layers.Dense(HIDDEN)
            self.norm = BatchNorm1d(momentum=0.01, epsilon=1e-3)
            self.centre, self.log_variance = layers.Dense(LATENT), layers.Dense(LATENT)
            self.decode = layers.Dense(HIDDEN, activation="relu")
            self.mean_layer, self.pi_layer = layers.Dense(GENES), layers.Dense(GENES, activation="sigmoid")
            normal = keras.initializers.RandomNormal(stddev=1.0)
            self.log_dispersion = self.add_weight(shape=(GENES,), initializer=normal, name="log_dispersion")

        def call(self, counts, noise, training=False):
            size_factor = tf.reduce_sum(counts, axis=1, keepdims=True)
            h = tf.nn.relu(self.norm(self.encode(tf.math.log1p(counts)), training=training))
            centre, variance = self.centre(h), tf.exp(self.log_variance(h)) + 1e-4
            h = self.decode(centre + tf.sqrt(variance) * noise)
            mean = size_factor * tf.nn.softmax(self.mean_layer(h))
            return centre, variance, mean, tf.exp(self.log_dispersion), self.pi_layer(h)

    def negative_binomial(y, mu, theta):
        t1 = tf.math.lgamma(theta) + tf.math.lgamma(y + 1.0) - tf.math.lgamma(y + theta)
        t2 = (theta + y) * tf.math.log(1.0 + mu / theta) + y * (tf.math.log(theta) - tf.math.log(mu))
        return t1 + t2

    def zero_inflated(y, mu, theta, pi):
        nb_case = negative_binomial(y, mu, theta) - tf.math.log(1.0 - pi)
        zero_nb = tf.pow(theta / (theta + mu), theta)
        zero_case = -tf.math.log(pi + (1.0 - pi) * zero_nb)
        return tf.where(y < 1e-8, zero_case, nb_case)

    def loss(model, batch, training):
        y = batch["x"]
        centre, variance, mu, theta, pi = model(y, batch["noise"], training=training)
        reconstruction = tf.reduce_sum(zero_inflated(y, mu, theta, pi), axis=1)
        divergence = 0.5 * tf.reduce_sum(variance + tf.square(centre) - 1.0 - tf.math.log(variance), axis=1)
        return tf.reduce_mean(reconstruction) + batch["kl_weight"][0] * tf.reduce_mean(divergence)

    return Autoencoder(), loss, Adam(0.005, epsilon=0.01)
