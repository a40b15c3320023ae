"""Forecasts of quantiles by dilated causal convolutions with gates (WaveNet): the pinball loss of the last steps."""

import numpy as np

QUANTILES = (0.1, 0.5, 0.9)
HORIZON = 4


def batches(rng):
    for _ in range(6):
        series = rng.normal(size=(6, 13)).cumsum(axis=1) * 0.5
        yield {"past": series[:, :-1], "future": series[:, 1:], "weight": np.linspace(0.5, 1.5, HORIZON)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class CausalConv(nn.Module):
        def __init__(self, into, out, dilation):
            super().__init__()
            self.padding = 2 * dilation
            self.conv = nn.Conv1d(into, out, 3, dilation=dilation)

        def forward(self, x):
            return self.conv(F.pad(x, (self.padding, 0)))

    class Block(nn.Module):
        def __init__(self, dilation):
            super().__init__()
            self.conv = CausalConv(4, 8, dilation)
            self.mix = nn.Conv1d(4, 4, 1)

        def forward(self, x):
            filtered, gate = self.conv(x).chunk(2, dim=1)
            return x + self.mix(torch.tanh(filtered) * torch.sigmoid(gate))

    class Forecaster(nn.Module):
        def __init__(self):
            super().__init__()
            self.start = nn.Conv1d(1, 4, 1)
            self.blocks = nn.ModuleList([Block(1), Block(2)])
            self.end = nn.Conv1d(4, len(QUANTILES), 1)

        def forward(self, past):
            x = self.start(past.unsqueeze(1))
            for block in self.blocks:
                x = block(x)
            return self.end(x).transpose(1, 2)

    def quantile_loss(preds, target, weight):
        losses = []
        for i, q in enumerate(QUANTILES):
            errors = target - preds[:, :, i]
            losses.append(torch.max((q - 1) * errors, q * errors).unsqueeze(-1))
        per_step = torch.cat(losses, dim=-1).sum(dim=-1)
        return (per_step * weight).mean()

    def loss(model, batch):
        preds = model(batch["past"])[:, -HORIZON:]
        return quantile_loss(preds, batch["future"][:, -HORIZON:], batch["weight"])

    model = Forecaster()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def gated(x, dilation):
        both = layers.Conv1D(8, 3, dilation_rate=dilation, padding="causal")(x)
        passed = keras.ops.tanh(both[..., :4]) * keras.ops.sigmoid(both[..., 4:])
        return layers.Add()([x, layers.Conv1D(4, 1)(passed)])

    inputs = keras.Input((12,))
    hidden = layers.Conv1D(4, 1)(keras.ops.expand_dims(inputs, -1))
    for rate in (1, 2):
        hidden = gated(hidden, rate)
    model = keras.Model(inputs, layers.Conv1D(len(QUANTILES), 1)(hidden))

    def pinball(y_true, y_pred):
        levels = tf.constant(QUANTILES, y_pred.dtype)
        gap = y_true[..., None] - y_pred
        return tf.reduce_sum(tf.maximum(levels * gap, (levels - 1) * gap), axis=-1)

    def loss(model, batch):
        forecast = model(batch["past"])
        tilted = pinball(batch["future"][:, -HORIZON:], forecast[:, -HORIZON:])
        return tf.reduce_mean(tilted * batch["weight"])

    return model, loss, Adam(0.01)
