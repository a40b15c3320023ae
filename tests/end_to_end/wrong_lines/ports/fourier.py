"""A neural operator: some frequencies are mixed by complex weights of a layer of one's own; a finer grid at the end."""

import numpy as np

CHANNELS, POINTS, MODES, FINE = 8, 8, 3, 13
WEIGHTS = {"spectral.real": "spectral.re", "spectral.imag": "spectral.im"}


def batches(rng):
    place = np.linspace(0, 1, FINE)
    for _ in range(5):
        phase = rng.uniform(0, 6, size=(6, 1))
        yield {"u": rng.normal(size=(6, POINTS)) + np.sin(phase), "fine": np.sin(4 * place + phase) + 0.5 * phase}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class SpectralConv1d(nn.Module):
        def __init__(self):
            super().__init__()
            self.re = nn.Parameter(0.3 * torch.randn(CHANNELS, CHANNELS, MODES))
            self.im = nn.Parameter(0.3 * torch.randn(CHANNELS, CHANNELS, MODES))

        def forward(self, x):
            x_ft = torch.fft.rfft(x, norm="ortho")
            out_ft = torch.zeros_like(x_ft)
            out_ft[:, :, :MODES] = torch.einsum("bix,iox->box", x_ft[:, :, :MODES], torch.complex(self.re, self.im))
            return torch.fft.irfft(out_ft, n=x.size(-1), norm="ortho")

    class FNO(nn.Module):
        def __init__(self):
            super().__init__()
            self.lift, self.skip = nn.Linear(1, CHANNELS), nn.Conv1d(CHANNELS, CHANNELS, 1)
            self.spectral, self.drop = SpectralConv1d(), nn.Linear(CHANNELS, 1)

        def forward(self, u):
            x = self.lift(u.unsqueeze(-1)).transpose(1, 2)
            x = torch.sin(self.spectral(x) + self.skip(x))
            coarse = self.drop(x.transpose(1, 2)).transpose(1, 2)
            return F.interpolate(coarse, size=FINE, mode="linear", align_corners=True).squeeze(1)

    def loss(model, batch):
        difference = torch.linalg.vector_norm(model(batch["u"]) - batch["fine"], dim=1)
        return (difference / torch.linalg.vector_norm(batch["fine"], dim=1)).mean()

    model = FNO()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def upsample(signal, length):
        position = np.arange(length) * (POINTS - 1) / (length - 1)
        left = np.minimum(position.astype(int), POINTS - 2)
        right_share = tf.constant(position - left, signal.dtype)
        low, high = tf.gather(signal, left, axis=1), tf.gather(signal, left + 1, axis=1)
        return low + right_share * (high - low)

    class FrequencyMixer(layers.Layer):
        def build(self, shape):
            size = (shape[-1], CHANNELS, MODES)
            self.real = self.add_weight(shape=size, name="real")
            self.imag = self.add_weight(shape=size, name="imag")

        def call(self, x):
            spectrum = tf.signal.rfft(tf.transpose(x, (0, 2, 1)))[..., :MODES]
            mixed = tf.einsum("cdm,bcm->bdm", tf.complex(self.real, self.imag), spectrum)
            mixed = tf.pad(mixed, [[0, 0], [0, 0], [0, POINTS // 2 + 1 - MODES]])
            return tf.transpose(tf.signal.irfft(mixed, [POINTS]), (0, 2, 1))

    class Operator(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode, self.local = layers.Dense(CHANNELS), layers.Conv1D(CHANNELS, 1)
            self.spectral, self.decode = FrequencyMixer(), layers.Dense(1)

        def call(self, u):
            x = self.encode(u[..., None])
            x = keras.ops.sin(self.spectral(x) + self.local(x))
            return upsample(tf.squeeze(self.decode(x), axis=-1), FINE)

    def relative_l2(truth, made):
        return tf.norm(made - truth, axis=1) / tf.norm(truth, axis=1)

    return Operator(), lambda model, batch: tf.reduce_mean(relative_l2(batch["fine"], model(batch["u"]))), Adam(0.01)
