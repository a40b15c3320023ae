"""Learned compression: noise in place of rounding, bits from a Gaussian of predicted scale, rate and distortion."""

import math

CHANNELS_FIRST = ("image", "noise")
LAMBDA, FLOOR = 4.0, 0.11


def batches(rng):
    for _ in range(5):
        yield {"image": rng.uniform(size=(3, 2, 6, 6)), "noise": rng.uniform(-0.5, 0.5, size=(3, 4, 3, 3))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Codec(nn.Module):
        def __init__(self):
            super().__init__()
            self.analysis = nn.Sequential(nn.Conv2d(2, 5, 2, stride=2), nn.Tanh(), nn.Conv2d(5, 4, 1))
            self.hyper = nn.Conv2d(4, 8, 1)
            self.synthesis = nn.Sequential(nn.Conv2d(4, 5, 1), nn.Tanh(), nn.ConvTranspose2d(5, 2, 2, stride=2))

        def forward(self, x, noise):
            y = self.analysis(x)
            means, scales = self.hyper(y).chunk(2, dim=1)
            y_hat = y + noise
            scales = torch.clamp(F.softplus(scales), min=FLOOR)
            values = torch.abs(y_hat - means)
            upper = 0.5 * torch.erfc(-((0.5 - values) / scales) * 2**-0.5)
            lower = 0.5 * torch.erfc(-((-0.5 - values) / scales) * 2**-0.5)
            likelihoods = upper - lower
            return self.synthesis(y_hat), likelihoods

    def loss(model, batch):
        x_hat, likelihoods = model(batch["image"], batch["noise"])
        N, _, H, W = batch["image"].size()
        num_pixels = N * H * W
        bpp = torch.log(likelihoods).sum() / (-math.log(2) * num_pixels)
        return LAMBDA * F.mse_loss(x_hat, batch["image"]) + bpp

    model = Codec()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    analysis = keras.Sequential(
        [keras.Input((6, 6, 2)), layers.Conv2D(5, 2, strides=2, activation="tanh"), layers.Conv2D(4, 1)]
    )
    hyper = layers.Conv2D(8, 1)
    hyper.build((None, 3, 3, 4))
    synthesis = keras.Sequential(
        [keras.Input((3, 3, 4)), layers.Conv2D(5, 1, activation="tanh"), layers.Conv2DTranspose(2, 2, strides=2)]
    )

    def cumulative(x):
        return 0.5 * (1.0 + tf.math.erf(x / math.sqrt(2.0)))

    class Codec(keras.Model):
        def __init__(self):
            super().__init__()
            self.analysis, self.hyper, self.synthesis = analysis, hyper, synthesis

        def call(self, inputs):
            image, noise = inputs
            latent = self.analysis(image)
            mean, raw = tf.split(self.hyper(latent), 2, axis=-1)
            noisy = latent + noise
            scale = tf.maximum(tf.nn.softplus(raw), FLOOR)
            away = tf.abs(noisy - mean)
            chance = cumulative((0.5 - away) / scale) - cumulative((-0.5 - away) / scale)
            bits = -tf.reduce_sum(tf.math.log(chance), axis=[1, 2, 3]) / math.log(2.0)
            return self.synthesis(noisy), bits

    def loss(model, batch):
        restored, bits = model([batch["image"], batch["noise"]])
        rate = tf.reduce_mean(bits) / (6 * 6)
        distortion = tf.reduce_mean(tf.math.squared_difference(restored, batch["image"]))
        return rate + LAMBDA * distortion

    return Codec(), loss, Adam(5e-3)
