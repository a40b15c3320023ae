"""A normalising flow: affine couplings that take turns, a scale and a shift of their own, a Gaussian at the end."""

import math

DIM, CLAMP = 4, 1.5
WEIGHTS = {"act.log_scale": "actnorm.logs", "act.shift": "actnorm.bias"}


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(10, DIM))
        x[:, 1] += x[:, 0] ** 2
        yield x


def torch_side():
    import torch
    from torch import nn

    class ActNorm(nn.Module):
        def __init__(self):
            super().__init__()
            self.logs = nn.Parameter(torch.tensor([0.2, -0.1, 0.3, 0.1]))
            self.bias = nn.Parameter(torch.tensor([0.1, 0.2, -0.3, 0.4]))

        def forward(self, x):
            return (x + self.bias) * torch.exp(self.logs), self.logs.sum()

    class Coupling(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(DIM // 2, 8), nn.ReLU(), nn.Linear(8, DIM))

        def forward(self, x):
            x1, x2 = x.chunk(2, dim=1)
            s, t = self.net(x1).chunk(2, dim=1)
            s = CLAMP * torch.tanh(s / CLAMP)
            return torch.cat([x1, x2 * torch.exp(s) + t], dim=1), s.sum(dim=1)

    class Flow(nn.Module):
        def __init__(self):
            super().__init__()
            self.actnorm = ActNorm()
            self.couplings = nn.ModuleList([Coupling(), Coupling(), Coupling()])

        def forward(self, x):
            z, log_det = self.actnorm(x)
            for coupling in self.couplings:
                z, ld = coupling(z.flip(1))
                log_det = log_det + ld
            return z, log_det

    def loss(model, x):
        z, log_det = model(x)
        prior = torch.distributions.Normal(torch.zeros(()), torch.ones(()))
        bits = -(prior.log_prob(z).sum(dim=1) + log_det) / (DIM * math.log(2))
        return bits.mean()

    model = Flow()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Scale(layers.Layer):
        def __init__(self):
            super().__init__()
            self.log_scale = self.add_weight(shape=(DIM,), name="log_scale")
            self.shift = self.add_weight(shape=(DIM,), name="shift")

        def call(self, x):
            return tf.exp(self.log_scale) * (x + self.shift)

    class RealNVP(keras.Model):
        def __init__(self):
            super().__init__()
            self.act = Scale()
            self.nets = [keras.Sequential([layers.Dense(8, "relu"), layers.Dense(DIM)]) for _ in range(3)]

        def call(self, x):
            z = self.act(x)
            volumes = [tf.reduce_sum(self.act.log_scale)]
            for net in self.nets:
                z = tf.reverse(z, axis=[1])
                kept, changed = z[:, : DIM // 2], z[:, DIM // 2 :]
                parameters = net(kept)
                scale = CLAMP * tf.tanh(parameters[:, : DIM // 2] / CLAMP)
                changed = changed * tf.exp(scale) + parameters[:, DIM // 2 :]
                z = tf.concat([kept, changed], axis=1)
                volumes.append(tf.reduce_sum(scale, axis=1))
            return z, tf.add_n([volume + tf.zeros_like(z[:, 0]) for volume in volumes])

    def loss(model, x):
        z, log_volume = model(x)
        log_prior = -0.5 * tf.reduce_sum(z**2 + math.log(2 * math.pi), axis=1)
        nats = -tf.reduce_mean(log_prior + log_volume)
        return nats / math.log(2) / DIM

    return RealNVP(), loss, Adam(0.005)
