"""Diffusion: a network tells the noise at a step of a linear schedule, weighted by the clipped ratio to the signal."""

import numpy as np

STEPS = 20


def batches(rng):
    for _ in range(6):
        yield {
            "x": rng.normal(size=(12, 4)),
            "t": rng.integers(0, STEPS, size=12),
            "noise": rng.normal(size=(12, 4)),
        }


def torch_side():
    import torch
    from torch import nn

    betas = torch.linspace(0.01, 0.2, STEPS)
    alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)

    class Denoiser(nn.Module):
        def __init__(self):
            super().__init__()
            self.lin1 = nn.Linear(5, 16)
            self.lin2 = nn.Linear(16, 4)

        def forward(self, x, t):
            time = (t / STEPS)[:, None]
            return self.lin2(nn.functional.silu(self.lin1(torch.cat([x, time], dim=1))))

    def loss(model, batch):
        a_bar = alphas_cumprod[batch["t"]][:, None]
        x_t = a_bar.sqrt() * batch["x"] + (1 - a_bar).sqrt() * batch["noise"]
        predicted = model(x_t, batch["t"])
        snr = (a_bar / (1 - a_bar)).squeeze(1)
        weight = snr.clamp(max=5.0) / snr
        per_example = ((predicted - batch["noise"]) ** 2).mean(dim=1)
        return (weight * per_example).mean()

    model = Denoiser()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    schedule = np.cumprod(1.0 - np.linspace(0.01, 0.2, STEPS))

    class Denoiser(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(16)
            self.last = layers.Dense(4)

        def call(self, inputs):
            x, step = inputs
            fraction = ops.cast(step, x.dtype) / STEPS
            hidden = self.first(ops.concatenate([x, fraction[:, None]], axis=1))
            return self.last(ops.silu(hidden))

    def loss(model, batch):
        signal = tf.gather(tf.constant(schedule, batch["x"].dtype), batch["t"])
        mean = tf.sqrt(signal)[:, None] * batch["x"]
        noisy = mean + tf.sqrt(1 - signal)[:, None] * batch["noise"]
        errors = tf.square(model((noisy, batch["t"])) - batch["noise"])
        ratio = signal / (1 - signal)
        importance = tf.minimum(ratio, 5.0) / ratio
        return tf.reduce_mean(importance * tf.reduce_mean(errors, axis=1))

    return Denoiser(), loss, Adam(0.01)
