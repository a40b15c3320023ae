"""Pixels one after another (PixelCNN++): shifted convolutions, a discretised mixture of logistics as likelihood."""

import numpy as np

SIZE, FILTERS, MIX = 5, 6, 3
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(4):
        image = np.clip(rng.normal(size=(4, 1, SIZE, SIZE)) * 0.8, -1, 1)
        yield {"x": np.round((image + 1) * 127.5) / 127.5 - 1}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    def down_shift(x):
        xs = [int(y) for y in x.size()]
        x = x[:, :, : xs[2] - 1, :]
        pad = nn.ZeroPad2d((0, 0, 1, 0))
        return pad(x)

    def concat_elu(x):
        return F.elu(torch.cat([x, -x], dim=1))

    def log_prob_from_logits(x):
        m, _ = torch.max(x, dim=1, keepdim=True)
        return x - m - torch.log(torch.sum(torch.exp(x - m), dim=1, keepdim=True))

    class MaskedConv2d(nn.Conv2d):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            mask = torch.ones(1, 1, 3, 3)
            mask[:, :, 1, 2:] = 0
            mask[:, :, 2:] = 0
            self.register_buffer("mask", mask, persistent=False)

        def forward(self, x):
            return self._conv_forward(x, self.weight * self.mask.to(x.dtype), self.bias)

    class PixelCNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(1, FILTERS, (2, 3))
            self.inner = MaskedConv2d(2 * FILTERS, FILTERS, 3, padding=1)
            self.nin = nn.Conv2d(2 * FILTERS, 3 * MIX, 1)

        def forward(self, x):
            u = self.down(F.pad(down_shift(x), (1, 1, 1, 0)))
            u = u + self.inner(concat_elu(u))
            return self.nin(concat_elu(u))

    def discretized_mix_logistic_loss_1d(x, l):
        nr_mix = l.size(1) // 3
        logit_probs = l[:, :nr_mix]
        means = l[:, nr_mix : 2 * nr_mix]
        log_scales = torch.clamp(l[:, 2 * nr_mix :], min=-7.0)
        centered_x = x - means
        inv_stdv = torch.exp(-log_scales)
        plus_in = inv_stdv * (centered_x + 1.0 / 255.0)
        cdf_plus = torch.sigmoid(plus_in)
        min_in = inv_stdv * (centered_x - 1.0 / 255.0)
        cdf_min = torch.sigmoid(min_in)
        # log probability for edge case of 0 (before scaling)
        log_cdf_plus = plus_in - F.softplus(plus_in)
        # log probability for edge case of 255 (before scaling)
        log_one_minus_cdf_min = -F.softplus(min_in)
        cdf_delta = cdf_plus - cdf_min
        mid_in = inv_stdv * centered_x
        log_pdf_mid = mid_in - log_scales - 2.0 * F.softplus(mid_in)
        inner_inner_cond = (cdf_delta > 1e-5).to(x.dtype)
        inner_inner_out = inner_inner_cond * torch.log(torch.clamp(cdf_delta, min=1e-12))
        inner_inner_out = inner_inner_out + (1.0 - inner_inner_cond) * (log_pdf_mid - np.log(127.5))
        inner_cond = (x > 0.999).to(x.dtype)
        inner_out = inner_cond * log_one_minus_cdf_min + (1.0 - inner_cond) * inner_inner_out
        cond = (x < -0.999).to(x.dtype)
        log_probs = cond * log_cdf_plus + (1.0 - cond) * inner_out
        log_probs = log_probs + log_prob_from_logits(logit_probs)
        return -torch.sum(torch.logsumexp(log_probs, dim=1))

    def loss(model, batch):
        x = batch["x"]
        return discretized_mix_logistic_loss_1d(x, model(x)) / (x.numel() * np.log(2.0))

    model = PixelCNN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.002, betas=(0.95, 0.9995))


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    mask = np.ones((3, 3, 1, 1))
    mask[1, 2:] = mask[2:] = 0.0

    class Causal(layers.Conv2D):
        def call(self, inputs):
            kernel = self.kernel * tf.constant(mask, inputs.dtype)
            return tf.nn.bias_add(tf.nn.conv2d(inputs, kernel, strides=1, padding="SAME"), self.bias)

    def elus(x):
        return tf.nn.elu(tf.concat([x, -x], axis=-1))

    class Pixels(keras.Model):
        def __init__(self):
            super().__init__()
            self.above = layers.Conv2D(FILTERS, (2, 3), padding="valid")
            self.hidden = Causal(FILTERS, 3)
            self.mixture = layers.Conv2D(3 * MIX, 1)

        def call(self, x):
            # what is above: the last row is dropped, two of zeros come first
            u = self.above(tf.pad(x[:, :-1], [[0, 0], [2, 0], [1, 1], [0, 0]]))
            u = u + self.hidden(elus(u))
            return self.mixture(elus(u))

    def mixture_log_likelihood(x, parameters):
        logits, mean, log_scale = tf.split(parameters, 3, axis=-1)
        log_scale = tf.maximum(log_scale, -7.0)
        precision = tf.exp(-log_scale)
        above = precision * (x - mean + 1.0 / 255.0)
        below = precision * (x - mean - 1.0 / 255.0)
        middle = precision * (x - mean)
        width = tf.sigmoid(above) - tf.sigmoid(below)
        density = middle - log_scale - 2.0 * tf.nn.softplus(middle) - np.log(127.5)
        inside = tf.where(width > 1e-5, tf.math.log(tf.maximum(width, 1e-12)), density)
        of_each = tf.where(x < -0.999, tf.math.log_sigmoid(above), tf.where(x > 0.999, -tf.nn.softplus(below), inside))
        return tf.reduce_logsumexp(of_each + tf.nn.log_softmax(logits), axis=-1)

    def loss(model, batch):
        x = batch["x"]
        nats = -tf.reduce_mean(mixture_log_likelihood(x, model(x)))
        return nats / np.log(2.0)

    return Pixels(), loss, Adam(0.002, beta_1=0.95, beta_2=0.9995)
