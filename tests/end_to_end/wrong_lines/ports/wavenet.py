"""Raw audio (WaveNet): causal convolutions that skip, gates, residual and skip paths, mu-law classes."""

import numpy as np

MU, CHANNELS, SKIP, DILATIONS, TIME = 15, 6, 8, (1, 2, 4), 16


def batches(rng):
    for _ in range(4):
        t = np.arange(TIME + 1) / TIME
        phase, rate = rng.uniform(0, 6, size=(4, 1)), rng.uniform(3, 9, size=(4, 1))
        yield {
            "wave": 0.8 * np.sin(rate * t + phase) + 0.05 * rng.normal(size=(4, TIME + 1)),
            "speaker": rng.integers(0, 3, size=4),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    def mu_law_encode(audio, quantization_channels):
        mu = quantization_channels - 1
        safe_audio_abs = torch.abs(audio).clamp(max=1.0)
        magnitude = torch.log1p(mu * safe_audio_abs) / np.log1p(mu)
        signal = torch.sign(audio) * magnitude
        return ((signal + 1) / 2 * mu + 0.5).long()

    class CausalConv1d(nn.Conv1d):
        def __init__(self, in_channels, out_channels, kernel_size=2, dilation=1):
            self.left = (kernel_size - 1) * dilation
            super().__init__(in_channels, out_channels, kernel_size, dilation=dilation)

        def forward(self, x):
            return super().forward(F.pad(x, (self.left, 0)))

    class ResidualBlock(nn.Module):
        def __init__(self, dilation):
            super().__init__()
            self.conv_filter = CausalConv1d(CHANNELS, CHANNELS, dilation=dilation)
            self.conv_gate = CausalConv1d(CHANNELS, CHANNELS, dilation=dilation)
            self.cond_filter = nn.Linear(4, CHANNELS, bias=False)
            self.cond_gate = nn.Linear(4, CHANNELS, bias=False)
            self.conv_res = nn.Conv1d(CHANNELS, CHANNELS, 1)
            self.conv_skip = nn.Conv1d(CHANNELS, SKIP, 1)

        def forward(self, x, g):
            filter = self.conv_filter(x) + self.cond_filter(g).unsqueeze(-1)
            gate = self.conv_gate(x) + self.cond_gate(g).unsqueeze(-1)
            out = torch.tanh(filter) * torch.sigmoid(gate)
            skip = self.conv_skip(out)
            return (x + self.conv_res(out)) * 0.5**0.5, skip

    class WaveNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.speakers = nn.Embedding(3, 4)
            self.start = CausalConv1d(MU + 1, CHANNELS)
            self.blocks = nn.ModuleList([ResidualBlock(d) for d in DILATIONS])
            self.end_1 = nn.Conv1d(SKIP, SKIP, 1)
            self.end_2 = nn.Conv1d(SKIP, MU + 1, 1)

        def forward(self, codes, speaker):
            x = F.one_hot(codes, MU + 1).transpose(1, 2).to(self.start.weight.dtype)
            g = self.speakers(speaker)
            x = self.start(x)
            skips = 0
            for block in self.blocks:
                x, skip = block(x, g)
                skips = skips + skip
            skips = skips * (1.0 / len(self.blocks)) ** 0.5
            x = F.relu(self.end_1(F.relu(skips)))
            return self.end_2(x)

    def loss(model, batch):
        codes = mu_law_encode(batch["wave"], MU + 1)
        logits = model(codes[:, :-1], batch["speaker"])
        return F.cross_entropy(logits, codes[:, 1:])

    model = WaveNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def encode_mu_law(x):
        compressed = (
            tf.sign(x) * tf.math.log(1.0 + MU * tf.minimum(tf.abs(x), 1.0)) / tf.math.log(1.0 + tf.cast(MU, x.dtype))
        )
        return tf.cast((compressed + 1.0) * 0.5 * MU + 0.5, tf.int32)

    def causal(rate=1):
        return layers.Conv1D(CHANNELS, 2, padding="causal", dilation_rate=rate)

    class GatedBlock(layers.Layer):
        def __init__(self, rate):
            super().__init__()
            self.filter, self.gate = causal(rate), causal(rate)
            self.filter_condition = layers.Dense(CHANNELS, use_bias=False)
            self.gate_condition = layers.Dense(CHANNELS, use_bias=False)
            self.residual, self.to_skip = layers.Conv1D(CHANNELS, 1), layers.Conv1D(SKIP, 1)

        def call(self, x, condition):
            condition = condition[:, None, :]
            content = tf.tanh(self.filter(x) + self.filter_condition(condition))
            opened = tf.sigmoid(self.gate(x) + self.gate_condition(condition))
            z = content * opened
            return (self.residual(z) + x) * tf.sqrt(tf.constant(0.5, z.dtype)), self.to_skip(z)

    class WaveNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.voices = layers.Embedding(3, 4)
            self.first = causal()
            self.stack = [GatedBlock(rate) for rate in DILATIONS]
            self.post = keras.Sequential(
                [layers.ReLU(), layers.Conv1D(SKIP, 1, activation="relu"), layers.Conv1D(MU + 1, 1)]
            )

        def call(self, codes, speaker):
            voice = self.voices(speaker)
            x = self.first(tf.one_hot(codes, MU + 1, dtype=voice.dtype))
            outputs = []
            for block in self.stack:
                x, skip = block(x, voice)
                outputs.append(skip)
            total = tf.add_n(outputs) / np.sqrt(len(outputs))
            return self.post(total)

    def loss(model, batch):
        codes = encode_mu_law(batch["wave"])
        logits = model(codes[:, :-1], batch["speaker"])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=codes[:, 1:], logits=logits))

    return WaveNet(), loss, Adam(0.005)
