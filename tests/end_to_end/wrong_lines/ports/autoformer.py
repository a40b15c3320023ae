"""Forecasts after Autoformer: a series is split into trend and season, and attends to itself by delays."""

LENGTH, HORIZON, SERIES, DIM, HEADS, KERNEL, TOP = 9, 4, 2, 6, 2, 5, 3
WEIGHTS = {"wide.weight": "conv1.weight.reshape(8, 6)", "narrow.weight": "conv2.weight.reshape(6, 8)"}
# delays turn round where query and key are exchanged, so which is which is said
WEIGHTS |= {f"attend.q.{each}": f"attention.query_projection.{each}" for each in ("weight", "bias")}
WEIGHTS |= {f"attend.k.{each}": f"attention.key_projection.{each}" for each in ("weight", "bias")}


def batches(rng):
    import numpy as np

    for _ in range(5):
        time = np.arange(LENGTH + HORIZON)[None, :, None]
        phase = rng.uniform(0, 6, size=(4, 1, SERIES))
        value = np.sin(time * rng.uniform(0.5, 2.0, size=(4, 1, SERIES)) + phase) + 0.1 * time
        value = value + 0.1 * rng.normal(size=value.shape)
        yield {"past": value[:, :LENGTH], "future": value[:, LENGTH:]}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class moving_avg(nn.Module):
        def __init__(self, kernel_size):
            super().__init__()
            self.kernel_size = kernel_size
            self.avg = nn.AvgPool1d(kernel_size=kernel_size, stride=1, padding=0)

        def forward(self, x):
            front = x[:, 0:1, :].repeat(1, (self.kernel_size - 1) // 2, 1)
            end = x[:, -1:, :].repeat(1, (self.kernel_size - 1) // 2, 1)
            x = torch.cat([front, x, end], dim=1)
            return self.avg(x.permute(0, 2, 1)).permute(0, 2, 1)

    class series_decomp(nn.Module):
        def __init__(self, kernel_size):
            super().__init__()
            self.moving_avg = moving_avg(kernel_size)

        def forward(self, x):
            moving_mean = self.moving_avg(x)
            return x - moving_mean, moving_mean

    class AutoCorrelationLayer(nn.Module):
        def __init__(self):
            super().__init__()
            self.query_projection, self.key_projection = nn.Linear(DIM, DIM), nn.Linear(DIM, DIM)
            self.value_projection, self.out_projection = nn.Linear(DIM, DIM), nn.Linear(DIM, DIM)

        def aggregate(self, values, corr):
            mean_value = corr.mean(dim=1).mean(dim=1)
            index = torch.topk(mean_value.mean(dim=0), TOP, dim=-1)[1]
            weights = torch.stack([mean_value[:, index[i]] for i in range(TOP)], dim=-1)
            tmp_corr = torch.softmax(weights, dim=-1)
            delays_agg = torch.zeros_like(values)
            for i in range(TOP):
                pattern = torch.roll(values, -int(index[i]), -1)
                delays_agg = delays_agg + pattern * tmp_corr[:, i].view(-1, 1, 1, 1)
            return delays_agg

        def forward(self, x):
            B, L, _ = x.shape
            queries = self.query_projection(x).view(B, L, HEADS, -1)
            keys = self.key_projection(x).view(B, L, HEADS, -1)
            values = self.value_projection(x).view(B, L, HEADS, -1)
            q_fft = torch.fft.rfft(queries.permute(0, 2, 3, 1).contiguous(), dim=-1)
            k_fft = torch.fft.rfft(keys.permute(0, 2, 3, 1).contiguous(), dim=-1)
            corr = torch.fft.irfft(q_fft * torch.conj(k_fft), n=L, dim=-1)
            out = self.aggregate(values.permute(0, 2, 3, 1), corr).permute(0, 3, 1, 2)
            return self.out_projection(out.reshape(B, L, -1))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.value_embedding = nn.Linear(SERIES, DIM)
            self.attention = AutoCorrelationLayer()
            self.conv1 = nn.Conv1d(DIM, 8, kernel_size=1, bias=False)
            self.conv2 = nn.Conv1d(8, DIM, kernel_size=1, bias=False)
            self.decomp1, self.decomp2 = series_decomp(KERNEL), series_decomp(KERNEL)
            self.norm = nn.LayerNorm(DIM)
            self.seasonal, self.linear_trend = nn.Linear(LENGTH, HORIZON), nn.Linear(LENGTH, HORIZON)
            self.projection = nn.Linear(DIM, SERIES)

        def forward(self, x):
            seasonal_init, trend_init = self.decomp1(x)
            h = self.value_embedding(seasonal_init)
            h, _ = self.decomp1(h + self.attention(h))
            y = self.conv2(F.gelu(self.conv1(h.transpose(-1, 1)))).transpose(-1, 1)
            h, _ = self.decomp2(h + y)
            h = self.norm(h)
            h = h - h.mean(dim=1, keepdim=True)
            season = self.projection(self.seasonal(h.transpose(1, 2)).transpose(1, 2))
            return season + self.linear_trend(trend_init.transpose(1, 2)).transpose(1, 2)

    def loss(model, batch):
        return F.mse_loss(model(batch["past"]), batch["future"])

    model = Model()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def split_series(x):
        half = (KERNEL - 1) // 2
        padded = tf.concat([tf.repeat(x[:, :1], half, axis=1), x, tf.repeat(x[:, -1:], half, axis=1)], axis=1)
        trend = tf.add_n([padded[:, i : i + LENGTH] for i in range(KERNEL)]) / KERNEL
        return x - trend, trend

    class ByDelay(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.q, self.k, self.v, self.out = (layers.Dense(DIM, name=name) for name in ("q", "k", "v", "out"))

        def call(self, x):
            heads = lambda y: tf.reshape(y, (-1, LENGTH, HEADS, DIM // HEADS))
            q, k, v = heads(self.q(x)), heads(self.k(x)), heads(self.v(x))
            spectrum = lambda y: tf.signal.rfft(tf.transpose(y, (0, 2, 3, 1)))
            similar = tf.signal.irfft(spectrum(q) * tf.math.conj(spectrum(k)), [LENGTH])
            similar = tf.reduce_mean(similar, axis=(1, 2))
            _, delays = tf.math.top_k(tf.reduce_mean(similar, axis=0), k=TOP)
            share = tf.nn.softmax(tf.gather(similar, delays, axis=1), axis=-1)
            places = (tf.range(LENGTH)[tf.newaxis, :] + delays[:, tf.newaxis]) % LENGTH
            delayed = tf.gather(v, places, axis=1)
            mixed = tf.einsum("bkthd,bk->bthd", delayed, share)
            return self.out(tf.reshape(mixed, (-1, LENGTH, DIM)))

    class Forecaster(keras.Model):
        def __init__(self):
            super().__init__()
            self.embed, self.attend = layers.Dense(DIM), ByDelay()
            self.wide, self.narrow = layers.Dense(8, use_bias=False), layers.Dense(DIM, use_bias=False)
            self.normalise = layers.LayerNormalization(epsilon=1e-5)
            self.ahead, self.trend_ahead = layers.Dense(HORIZON), layers.Dense(HORIZON)
            self.project = layers.Dense(SERIES)

        def call(self, past):
            season, trend = split_series(past)
            h = self.embed(season)
            h, _ = split_series(h + self.attend(h))
            h, _ = split_series(h + self.narrow(tf.nn.gelu(self.wide(h), approximate=False)))
            h = self.normalise(h)
            h -= tf.reduce_mean(h, axis=1, keepdims=True)
            swap = lambda y: tf.transpose(y, (0, 2, 1))
            return self.project(swap(self.ahead(swap(h)))) + swap(self.trend_ahead(swap(trend)))

    mse = keras.losses.MeanSquaredError()

    def loss(model, batch):
        return mse(batch["future"], model(batch["past"]))

    return Forecaster(), loss, Adam(5e-3)
