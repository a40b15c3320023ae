"""The slope of a density at many levels of noise (NCSN): norms that know the level, weights by its variance."""

import numpy as np

LEVELS, WIDTH, COLOURS, SIZE = 5, 6, 2, 6
SIGMAS = np.exp(np.linspace(np.log(1.0), np.log(0.05), LEVELS))
CHANNELS_FIRST = ("x", "noise")


def batches(rng):
    for _ in range(5):
        yield {
            "x": rng.uniform(size=(4, COLOURS, SIZE, SIZE)),
            "noise": rng.normal(size=(4, COLOURS, SIZE, SIZE)),
            "labels": rng.integers(0, LEVELS, size=4),
        }


def torch_side():
    import torch
    from torch import nn

    class ConditionalInstanceNorm2dPlus(nn.Module):
        def __init__(self, num_features):
            super().__init__()
            self.num_features = num_features
            self.instance_norm = nn.InstanceNorm2d(num_features, affine=False, track_running_stats=False)
            self.embed = nn.Embedding(LEVELS, num_features * 3)

        def forward(self, x, y):
            means = torch.mean(x, dim=(2, 3))
            m = torch.mean(means, dim=-1, keepdim=True)
            v = torch.var(means, dim=-1, keepdim=True)
            means = (means - m) / torch.sqrt(v + 1e-5)
            h = self.instance_norm(x)
            gamma, alpha, beta = self.embed(y).chunk(3, dim=-1)
            h = h + means[..., None, None] * alpha[..., None, None]
            return gamma.view(-1, self.num_features, 1, 1) * h + beta.view(-1, self.num_features, 1, 1)

    class ScoreNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.begin_conv = nn.Conv2d(COLOURS, WIDTH, 3, padding=1)
            self.normalize1 = ConditionalInstanceNorm2dPlus(WIDTH)
            self.conv1 = nn.Conv2d(WIDTH, WIDTH, 3, padding=2, dilation=2)
            self.normalize2 = ConditionalInstanceNorm2dPlus(WIDTH)
            self.end_conv = nn.Conv2d(WIDTH, COLOURS, 3, padding=1)
            self.act = nn.ELU()

        def forward(self, x, y):
            h = self.begin_conv(2 * x - 1.0)
            shortcut = h
            h = self.conv1(self.act(self.normalize1(h, y)))
            h = self.act(self.normalize2(h + shortcut, y))
            return self.end_conv(h)

    sigmas = torch.tensor(SIGMAS)

    def anneal_dsm_score_estimation(scorenet, samples, labels, noise, anneal_power=2.0):
        used_sigmas = sigmas.to(samples.dtype)[labels].view(samples.shape[0], 1, 1, 1)
        perturbed_samples = samples + noise * used_sigmas
        target = -1 / (used_sigmas**2) * (perturbed_samples - samples)
        scores = scorenet(perturbed_samples, labels)
        target = target.view(target.shape[0], -1)
        scores = scores.view(scores.shape[0], -1)
        loss = 1 / 2.0 * ((scores - target) ** 2).sum(dim=-1) * used_sigmas.squeeze() ** anneal_power
        return loss.mean(dim=0)

    def loss(model, batch):
        return anneal_dsm_score_estimation(model, batch["x"], batch["labels"], batch["noise"])

    model = ScoreNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class CondInstanceNorm(layers.Layer):
        def __init__(self):
            super().__init__()
            self.params = layers.Embedding(LEVELS, 3 * WIDTH)

        def call(self, x, index):
            mu, variance = tf.nn.moments(x, axes=(1, 2), keepdims=True)
            normalised = (x - mu) * tf.math.rsqrt(variance + 1e-5)
            centre = tf.reduce_mean(mu, axis=-1, keepdims=True)
            spread = tf.reduce_sum(tf.square(mu - centre), axis=-1, keepdims=True) / (WIDTH - 1)
            shift = (mu - centre) / tf.sqrt(spread + 1e-5)
            scale, mixing, bias = tf.split(self.params(index)[:, None, None, :], 3, axis=-1)
            return scale * (normalised + mixing * shift) + bias

    class RefineNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.into = layers.Conv2D(WIDTH, 3, padding="same")
            self.norm_a, self.norm_b = CondInstanceNorm(), CondInstanceNorm()
            self.wide = layers.Conv2D(WIDTH, 3, padding="same", dilation_rate=2)
            self.out = layers.Conv2D(COLOURS, 3, padding="same")

        def call(self, inputs):
            x, index = inputs
            x = self.into(2.0 * x - 1.0)
            x += self.wide(tf.nn.elu(self.norm_a(x, index)))
            return self.out(tf.nn.elu(self.norm_b(x, index)))

    def loss(model, batch):
        x, noise = batch["x"], batch["noise"]
        sigma = tf.gather(tf.constant(SIGMAS, x.dtype), batch["labels"])[:, None, None, None]
        target = -noise / sigma
        error = model([x + sigma * noise, batch["labels"]]) - target
        weighted = 0.5 * tf.square(sigma * error)
        return tf.reduce_mean(tf.reduce_sum(weighted, axis=(1, 2, 3)))

    return RefineNet(), loss, Adam(0.005)
