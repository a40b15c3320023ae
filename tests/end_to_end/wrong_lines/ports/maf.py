"""Densities one column after another (masked autoregressive flow): degrees make masks, layers turn the order."""

import numpy as np

DIM, HIDDEN, FLOWS = 4, 9, 2


def batches(rng):
    mix = rng.normal(size=(DIM, DIM))
    for _ in range(5):
        yield {"x": np.tanh(rng.normal(size=(10, DIM)) @ mix) + 0.2 * rng.normal(size=(10, DIM))}


def torch_side():
    import math

    import torch
    import torch.nn.functional as F
    from torch import nn

    def get_mask(n_in, n_out, kind):
        in_degrees = torch.arange(n_in) % (DIM if kind == "input" else DIM - 1)
        if kind == "output":
            out_degrees = torch.arange(n_out) % DIM - 1
        else:
            out_degrees = torch.arange(n_out) % (DIM - 1)
        return (out_degrees[:, None] >= in_degrees[None, :]).double()

    class MaskedLinear(nn.Module):
        def __init__(self, n_in, n_out, kind):
            super().__init__()
            self.linear = nn.Linear(n_in, n_out)
            self.register_buffer("mask", get_mask(n_in, n_out, kind), persistent=False)

        def forward(self, x):
            return F.linear(x, self.linear.weight * self.mask.to(x.dtype), self.linear.bias)

    class MADE(nn.Module):
        def __init__(self):
            super().__init__()
            self.trunk = nn.Sequential(
                MaskedLinear(DIM, HIDDEN, "input"),
                nn.ReLU(),
                MaskedLinear(HIDDEN, HIDDEN, None),
                nn.ReLU(),
                MaskedLinear(HIDDEN, 2 * DIM, "output"),
            )

        def forward(self, inputs):
            mu, alpha = self.trunk(inputs).chunk(2, dim=1)
            u = (inputs - mu) * torch.exp(-alpha)
            return u, -alpha.sum(-1, keepdim=True)

    class Reverse(nn.Module):
        def __init__(self):
            super().__init__()
            self.perm = list(range(DIM))[::-1]

        def forward(self, inputs):
            return inputs[:, self.perm], torch.zeros_like(inputs[:, :1])

    class FlowSequential(nn.Sequential):
        def forward(self, inputs):
            logdets = torch.zeros_like(inputs[:, :1])
            for module in self:
                inputs, logdet = module(inputs)
                logdets = logdets + logdet
            return inputs, logdets

        def log_probs(self, inputs):
            u, log_jacob = self(inputs)
            log_probs = (-0.5 * u.pow(2) - 0.5 * math.log(2 * math.pi)).sum(-1, keepdim=True)
            return (log_probs + log_jacob).sum(-1, keepdim=True)

    modules = []
    for _ in range(FLOWS):
        modules += [MADE(), Reverse()]
    model = FlowSequential(*modules)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-3)
    return model, lambda model, batch: -model.log_probs(batch["x"]).mean(), optimizer


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    hidden_degrees = 1 + np.arange(HIDDEN) % (DIM - 1)
    ordering = 1 + np.arange(DIM)

    class MaskedDense(layers.Dense):
        def __init__(self, units, mask, **kwargs):
            super().__init__(units, **kwargs)
            self.mask = mask

        def call(self, x):
            kernel = self.kernel * tf.cast(self.mask, x.dtype)
            return self.activation(tf.nn.bias_add(tf.matmul(x, kernel), self.bias))

    def autoregressive_network():
        into = ordering[:, None] <= hidden_degrees
        within = hidden_degrees[:, None] <= hidden_degrees
        out = np.tile(hidden_degrees[:, None] < ordering, (1, 2))
        x = keras.Input((DIM,))
        h = MaskedDense(HIDDEN, into, activation="relu")(x)
        h = MaskedDense(HIDDEN, within, activation="relu")(h)
        return keras.Model(x, MaskedDense(2 * DIM, out)(h))

    class Flow(keras.Model):
        def __init__(self):
            super().__init__()
            self.bijectors = [autoregressive_network() for _ in range(FLOWS)]

        def log_prob(self, y):
            inverse_log_det = 0.0
            for network in self.bijectors:
                shift, log_scale = tf.unstack(tf.reshape(network(y), (-1, 2, DIM)), axis=1)
                y = (y - shift) / tf.exp(log_scale)
                inverse_log_det -= tf.reduce_sum(log_scale, axis=-1)
                y = tf.reverse(y, axis=[-1])
            base = -0.5 * (tf.reduce_sum(tf.square(y), axis=-1) + DIM * np.log(2.0 * np.pi))
            return base + inverse_log_det

        def call(self, y):
            return self.log_prob(y)

    return Flow(), lambda model, batch: -tf.reduce_mean(model(batch["x"])), Adam(0.01, weight_decay=1e-3)
