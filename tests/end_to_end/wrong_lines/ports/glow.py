"""Pictures by a flow (Glow): squeezed, scaled by channel, mixed by an invertible 1x1, coupled; bits for each number."""

import math

import numpy as np

SIZE, COLOURS, BINS, STEPS = 4, 2, 32.0, 2
CHANNELS = 4 * COLOURS
PIXELS = SIZE * SIZE * COLOURS
CHANNELS_FIRST = ("image",)
WEIGHTS = {}
for _k in range(STEPS):
    WEIGHTS[f"steps.{_k}.bias"] = f"flows.{_k}.actnorm.loc.permute(0, 2, 3, 1)"
    WEIGHTS[f"steps.{_k}.logs"] = f"flows.{_k}.actnorm.log_scale.permute(0, 2, 3, 1)"
    WEIGHTS[f"steps.{_k}.rotation"] = f"flows.{_k}.invconv.weight.permute(2, 3, 1, 0)"


def batches(rng):
    for _ in range(5):
        whole = rng.integers(0, int(BINS), size=(6, COLOURS, SIZE, SIZE))
        yield {"image": (whole + rng.uniform(size=whole.shape)) / BINS - 0.5}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class ActNorm(nn.Module):
        def __init__(self, in_channel):
            super().__init__()
            self.loc = nn.Parameter(torch.randn(1, in_channel, 1, 1) * 0.1)
            self.log_scale = nn.Parameter(torch.randn(1, in_channel, 1, 1) * 0.1)

        def forward(self, input):
            _, _, height, width = input.shape
            logdet = height * width * torch.sum(self.log_scale)
            return self.log_scale.exp() * (input + self.loc), logdet

    class InvConv2d(nn.Module):
        def __init__(self, in_channel):
            super().__init__()
            q, _ = torch.linalg.qr(torch.randn(in_channel, in_channel))
            self.weight = nn.Parameter(q.contiguous()[:, :, None, None])

        def forward(self, input):
            _, _, height, width = input.shape
            out = F.conv2d(input, self.weight)
            logdet = height * width * torch.slogdet(self.weight.squeeze())[1]
            return out, logdet

    class AffineCoupling(nn.Module):
        def __init__(self, in_channel, filter_size=6):
            super().__init__()
            self.net = nn.Sequential(
                nn.Conv2d(in_channel // 2, filter_size, 3, padding=1),
                nn.ReLU(inplace=True),
                nn.Conv2d(filter_size, filter_size, 1),
                nn.ReLU(inplace=True),
                nn.Conv2d(filter_size, in_channel, 3, padding=1),
            )

        def forward(self, input):
            in_a, in_b = input.chunk(2, 1)
            log_s, t = self.net(in_a).chunk(2, 1)
            s = torch.sigmoid(log_s + 2)
            out_b = (in_b + t) * s
            logdet = torch.sum(torch.log(s).view(input.shape[0], -1), 1)
            return torch.cat([in_a, out_b], 1), logdet

    class Flow(nn.Module):
        def __init__(self, in_channel):
            super().__init__()
            self.actnorm = ActNorm(in_channel)
            self.invconv = InvConv2d(in_channel)
            self.coupling = AffineCoupling(in_channel)

        def forward(self, input):
            out, logdet = self.actnorm(input)
            out, det1 = self.invconv(out)
            out, det2 = self.coupling(out)
            return out, logdet + det1 + det2

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.flows = nn.ModuleList([Flow(CHANNELS) for _ in range(STEPS)])

        def forward(self, input):
            b_size, n_channel, height, width = input.shape
            squeezed = input.view(b_size, n_channel, height // 2, 2, width // 2, 2)
            squeezed = squeezed.permute(0, 1, 3, 5, 2, 4)
            out = squeezed.contiguous().view(b_size, n_channel * 4, height // 2, width // 2)
            logdet = 0
            for flow in self.flows:
                out, det = flow(out)
                logdet = logdet + det
            log_p = -0.5 * math.log(2 * math.pi) - 0.5 * out**2
            return log_p.view(b_size, -1).sum(1), logdet

    def loss(model, batch):
        log_p, logdet = model(batch["image"])
        loss = -math.log(BINS) * PIXELS
        loss = loss + logdet + log_p
        return (-loss / (math.log(2) * PIXELS)).mean()

    model = Block()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.002)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def squeeze2d(x, factor=2):
        _, height, width, n_channels = x.shape
        x = tf.reshape(x, (-1, height // factor, factor, width // factor, factor, n_channels))
        x = tf.transpose(x, (0, 1, 3, 5, 2, 4))
        return tf.reshape(x, (-1, height // factor, width // factor, n_channels * factor * factor))

    class RevNetStep(layers.Layer):
        def build(self, shape):
            n = shape[-1]
            self.bias = self.add_weight(shape=(1, 1, 1, n), initializer="random_normal", name="bias")
            self.logs = self.add_weight(shape=(1, 1, 1, n), initializer="random_normal", name="logs")
            self.rotation = self.add_weight(shape=(1, 1, n, n), initializer="orthogonal", name="rotation")
            self.first = layers.Conv2D(6, 3, padding="same", activation="relu")
            self.second = layers.Conv2D(6, 1, activation="relu")
            self.last = layers.Conv2D(n, 3, padding="same")

        def call(self, z):
            area = z.shape[1] * z.shape[2]
            z = (z + self.bias) * tf.exp(self.logs)
            z = tf.nn.conv2d(z, self.rotation, 1, "SAME")
            logdet = area * (tf.reduce_sum(self.logs) + tf.math.log(tf.abs(tf.linalg.det(self.rotation[0, 0]))))
            z1, z2 = tf.split(z, 2, axis=-1)
            h = self.last(self.second(self.first(z1)))
            half = h.shape[-1] // 2
            scale, shift = tf.nn.sigmoid(h[..., :half] + 2.0), h[..., half:]
            z2 = (z2 + shift) * scale
            logdet += tf.reduce_sum(tf.math.log(scale), axis=(1, 2, 3))
            return tf.concat([z1, z2], axis=-1), logdet

    class Glow(keras.Model):
        def __init__(self):
            super().__init__()
            self.steps = [RevNetStep() for _ in range(STEPS)]

        def call(self, image):
            z = squeeze2d(image)
            objective = -np.log(BINS) * PIXELS
            for step in self.steps:
                z, logdet = step(z)
                objective += logdet
            objective += tf.reduce_sum(-0.5 * (np.log(2 * np.pi) + z**2), axis=(1, 2, 3))
            return -objective / (np.log(2.0) * PIXELS)

    return Glow(), lambda model, batch: tf.reduce_mean(model(batch["image"])), Adam(0.002)
