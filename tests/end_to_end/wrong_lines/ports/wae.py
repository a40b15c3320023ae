"""Codes that look like a prior (WAE): the maximum mean discrepancy, inverse multiquadratic kernels of many scales."""

import numpy as np

LATENT, LAMBDA, SCALES = 3, 4.0, (0.1, 0.5, 1.0, 2.0, 10.0)


def batches(rng):
    basis = rng.normal(size=(2, 7))
    for _ in range(5):
        yield {"x": np.tanh(rng.normal(size=(9, 2)) @ basis), "prior": rng.normal(size=(9, LATENT))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    def imq_sum(z1, z2, scale, exclude_diag):
        C = 2.0 * LATENT * scale
        n, dim = z1.size()
        z11 = z1.unsqueeze(1).expand(n, n, dim)
        z22 = z2.unsqueeze(0).expand(n, n, dim)
        kernel_matrix = C / (C + (z11 - z22).pow(2).sum(2))
        kernel_sum = kernel_matrix.sum()
        if exclude_diag:
            kernel_sum = kernel_sum - kernel_matrix.diagonal().sum()
        return kernel_sum

    def mmd(z_tilde, z):
        n = z.size(0)
        out = 0
        for scale in SCALES:
            out = out + imq_sum(z, z, scale, True).div(n * (n - 1))
            out = out + imq_sum(z_tilde, z_tilde, scale, True).div(n * (n - 1))
            out = out - imq_sum(z, z_tilde, scale, False).div(n * n).mul(2)
        return out

    class WAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(7, 10), nn.BatchNorm1d(10), nn.ReLU(True), nn.Linear(10, LATENT))
            self.decoder = nn.Sequential(nn.Linear(LATENT, 10), nn.ReLU(True), nn.Linear(10, 7))

        def forward(self, x):
            z_tilde = self.encoder(x)
            return torch.tanh(self.decoder(z_tilde)), z_tilde

    def loss(model, batch):
        x = batch["x"]
        x_recon, z_tilde = model(x)
        recon_loss = F.mse_loss(x_recon, x, reduction="sum").div(x.size(0))
        mmd_loss = mmd(z_tilde, batch["prior"])
        return recon_loss + LAMBDA * mmd_loss

    model = WAE()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.5, 0.999))


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import Adam

    encoder = keras.Sequential([keras.Input((7,)), layers.Dense(10), BatchNorm1d(), layers.ReLU()])
    encoder.add(layers.Dense(LATENT))
    decoder = keras.Sequential([keras.Input((LATENT,)), layers.Dense(10, "relu"), layers.Dense(7, "tanh")])

    class Autoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode, self.decode = encoder, decoder

        def call(self, x, training=False):
            code = self.encode(x, training=training)
            return self.decode(code, training=training), code

    def mmd_penalty(sample_qz, sample_pz):
        n = sample_qz.shape[0]
        norms_pz = tf.reduce_sum(tf.square(sample_pz), axis=1, keepdims=True)
        dotprods_pz = tf.matmul(sample_pz, sample_pz, transpose_b=True)
        distances_pz = norms_pz + tf.transpose(norms_pz) - 2.0 * dotprods_pz
        norms_qz = tf.reduce_sum(tf.square(sample_qz), axis=1, keepdims=True)
        dotprods_qz = tf.matmul(sample_qz, sample_qz, transpose_b=True)
        distances_qz = norms_qz + tf.transpose(norms_qz) - 2.0 * dotprods_qz
        dotprods = tf.matmul(sample_qz, sample_pz, transpose_b=True)
        distances = norms_qz + tf.transpose(norms_pz) - 2.0 * dotprods
        stat = 0.0
        for scale in SCALES:
            base = 2.0 * LATENT * scale
            within = base / (base + distances_qz) + base / (base + distances_pz)
            within = tf.multiply(within, 1.0 - tf.eye(n, dtype=within.dtype))
            within = tf.reduce_sum(within) / (n * n - n)
            across = base / (base + distances)
            across = tf.reduce_sum(across) * 2.0 / (n * n)
            stat += within - across
        return stat

    def loss(model, batch, training):
        real = batch["x"]
        reconstructed, code = model(real, training=training)
        cost = tf.reduce_mean(tf.reduce_sum(tf.square(real - reconstructed), axis=1))
        return cost + LAMBDA * mmd_penalty(code, batch["prior"])

    return Autoencoder(), loss, Adam(0.01, beta_1=0.5)
