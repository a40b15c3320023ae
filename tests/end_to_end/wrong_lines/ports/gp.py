"""A Gaussian process on learnt features (deep kernel): ARD distances, noise, the marginal likelihood by Cholesky."""

import math

N, INPUT, FEATURES, JITTER = 10, 4, 2, 1e-4
WEIGHTS = {"log_lengthscale": "covar.raw_lengthscale", "log_scale": "covar.raw_outputscale", "log_noise": "raw_noise"}
WEIGHTS |= {"constant": "mean"}


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(N, INPUT))
        yield x, x[:, 0] * x[:, 1] + 0.1 * rng.normal(size=N)


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class RBF(nn.Module):
        def __init__(self):
            super().__init__()
            self.raw_lengthscale = nn.Parameter(torch.randn(1, FEATURES) * 0.3)
            self.raw_outputscale = nn.Parameter(torch.tensor(0.3))

        def forward(self, x1, x2):
            lengthscale = F.softplus(self.raw_lengthscale)
            x1, x2 = x1.div(lengthscale), x2.div(lengthscale)
            adjustment = x1.mean(-2, keepdim=True)
            x1, x2 = x1 - adjustment, x2 - adjustment
            x1_norm = x1.pow(2).sum(dim=-1, keepdim=True)
            x2_norm = x2.pow(2).sum(dim=-1, keepdim=True)
            res = x1_norm + x2_norm.transpose(-2, -1) - 2 * x1.matmul(x2.transpose(-2, -1))
            return F.softplus(self.raw_outputscale) * res.div(-2).exp()

    class DKL(nn.Module):
        def __init__(self):
            super().__init__()
            self.feature_extractor = nn.Sequential(nn.Linear(INPUT, 8), nn.Tanh(), nn.Linear(8, FEATURES))
            self.covar = RBF()
            self.mean = nn.Parameter(torch.zeros(1))
            self.raw_noise = nn.Parameter(torch.tensor(-1.0))

        def forward(self, x, y):
            z = self.feature_extractor(x)
            z = z - z.min(0)[0]
            z = 2 * (z / z.max(0)[0]) - 1
            K = self.covar(z, z)
            noise = F.softplus(self.raw_noise) + JITTER
            K = K + noise * torch.eye(len(x), dtype=x.dtype)
            L = torch.linalg.cholesky(K)
            diff = (y - self.mean).unsqueeze(-1)
            alpha = torch.cholesky_solve(diff, L)
            data_fit = 0.5 * (diff * alpha).sum()
            complexity = L.diagonal().log().sum()
            return data_fit + complexity + 0.5 * len(x) * math.log(2 * math.pi)

    def loss(model, batch):
        x, y = batch
        return model(x, y) / len(x)

    model = DKL()
    return model, loss, torch.optim.Adamax(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adamax

    class DeepKernel(keras.Model):
        def __init__(self):
            super().__init__()
            self.extract = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(FEATURES)])
            self.log_lengthscale = self.add_weight(shape=(1, FEATURES), name="log_lengthscale")
            self.log_scale = self.add_weight(shape=(), initializer="ones", name="log_scale")
            self.log_noise = self.add_weight(shape=(), initializer="ones", name="log_noise")
            self.constant = self.add_weight(shape=(1,), initializer="zeros", name="constant")

        def covariance(self, z):
            scaled = z / tf.math.softplus(self.log_lengthscale)
            squared = tf.reduce_sum(tf.math.squared_difference(scaled[:, None], scaled[None]), axis=-1)
            return tf.math.softplus(self.log_scale) * tf.exp(-0.5 * squared)

        def call(self, x):
            z = self.extract(x)
            low, high = tf.reduce_min(z, axis=0), tf.reduce_max(z, axis=0)
            z = 2.0 * (z - low) / (high - low) - 1.0
            noise = tf.math.softplus(self.log_noise) + JITTER
            return tf.linalg.set_diag(k := self.covariance(z), tf.linalg.diag_part(k) + noise)

    def negative_log_likelihood(y, covariance):
        root = tf.linalg.cholesky(covariance)
        white = tf.linalg.triangular_solve(root, y[:, None])
        half_log_det = tf.reduce_sum(tf.math.log(tf.linalg.diag_part(root)))
        return 0.5 * tf.reduce_sum(white**2) + half_log_det + 0.5 * N * math.log(2.0 * math.pi)

    def loss(model, batch):
        x, y = batch
        return negative_log_likelihood(y - model.constant, model(x)) / N

    return DeepKernel(), loss, Adamax(0.02)
