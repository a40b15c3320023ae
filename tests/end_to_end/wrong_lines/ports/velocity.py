"""Diffusion by velocities: weights from the signal-to-noise ratio, conditioned on an estimate of its own."""

import numpy as np

STEPS, CAP, DIM = 8, 5.0, 6


def batches(rng):
    for _ in range(5):
        noise, t = rng.normal(size=(DIM, DIM)), rng.integers(0, STEPS, size=DIM)
        yield {"x": np.sign(rng.normal(size=(DIM, DIM))), "noise": noise, "t": t}


def torch_side():
    import torch
    from torch import nn

    betas = torch.linspace(1e-2, 0.4, STEPS, dtype=torch.float64)
    alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)

    class Denoiser(nn.Module):
        def __init__(self):
            super().__init__()
            self.time = nn.Embedding(STEPS, 4)
            self.net = nn.Sequential(nn.Linear(2 * DIM + 4, 12), nn.SiLU(), nn.Linear(12, DIM))

        def forward(self, x, t, x_self_cond):
            return self.net(torch.cat([x, x_self_cond, self.time(t)], dim=-1))

    def extract(a, t, x):
        return a.to(x)[t].reshape(-1, *(1,) * (x.dim() - 1))

    def loss(model, batch):
        x_start, noise, t = batch["x"], batch["noise"], batch["t"]
        a = extract(alphas_cumprod, t, x_start)
        x_t = a.sqrt() * x_start + (1 - a).sqrt() * noise
        with torch.no_grad():
            guess = model(x_t, t, torch.zeros_like(x_t))
            x_self_cond = (a.sqrt() * x_t - (1 - a).sqrt() * guess).clamp(-1, 1)
        v = a.sqrt() * noise - (1 - a).sqrt() * x_start
        mse = (model(x_t, t, x_self_cond) - v).pow(2).mean(dim=1)
        snr = (a / (1 - a)).flatten()
        weight = snr.clamp(max=CAP) / (snr + 1)
        return (weight * mse).mean()

    model = Denoiser()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.99))


def tf_side():
    import keras
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    class Schedule:
        def __init__(self):
            self.signal = np.cumprod(1 - np.linspace(1e-2, 0.4, STEPS))

        def at(self, t, dtype):
            signal = ops.take(ops.cast(self.signal, dtype), t)[:, None]
            return ops.sqrt(signal), ops.sqrt(1 - signal)

    class UNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(STEPS, 4)
            self.hidden, self.final = layers.Dense(12, "silu"), layers.Dense(DIM)

        def call(self, inputs):
            x, t, estimate = inputs
            return self.final(self.hidden(ops.concatenate([x, estimate, self.embedding(t)], axis=1)))

    schedule = Schedule()

    def loss(model, batch):
        alpha, sigma = schedule.at(batch["t"], batch["x"].dtype)
        noisy = alpha * batch["x"] + sigma * batch["noise"]
        first = model([noisy, batch["t"], ops.zeros_like(noisy)])
        estimate = ops.stop_gradient(ops.clip(alpha * noisy - sigma * first, -1, 1))
        velocity = alpha * batch["noise"] - sigma * batch["x"]
        error = ops.mean(ops.square(model([noisy, batch["t"], estimate]) - velocity), axis=1)
        ratio = ops.squeeze((alpha / sigma) ** 2, axis=1)
        return ops.mean(ops.minimum(ratio, CAP) / (ratio + 1) * error)

    return UNet(), loss, Adam(0.01, beta_1=0.9, beta_2=0.99)
