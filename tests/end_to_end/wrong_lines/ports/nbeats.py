"""Forecasts by residuals (N-BEATS): blocks of polynomials and of waves,
each takes off what it explains; sMAPE and MASE.
"""

import numpy as np

BACK, AHEAD, UNITS, DEGREE, WAVES = 8, 4, 8, 3, 2


def batches(rng):
    for _ in range(5):
        t, phase = np.arange(BACK + AHEAD), rng.uniform(0, 6, size=(6, 1))
        series = 3.0 + 0.1 * t * rng.normal(size=(6, 1)) + np.sin(t + phase) + 0.1 * rng.normal(size=(6, BACK + AHEAD))
        yield {"past": series[:, :BACK], "future": series[:, BACK:]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def linspace(backcast_length, forecast_length):
        lin_space = np.linspace(-backcast_length, forecast_length, backcast_length + forecast_length)
        return lin_space[:backcast_length], lin_space[backcast_length:]

    def seasonality_model(thetas, t):
        p = thetas.size()[-1]
        p1, p2 = (p // 2, p // 2) if p % 2 == 0 else (p // 2, p // 2 + 1)
        s1 = np.array([np.cos(2 * np.pi * i * t) for i in range(p1)])
        s2 = np.array([np.sin(2 * np.pi * i * t) for i in range(p2)])
        S = torch.cat([torch.tensor(s1), torch.tensor(s2)]).to(thetas.dtype)
        return thetas.mm(S)

    def trend_model(thetas, t):
        p = thetas.size()[-1]
        T = torch.tensor(np.array([t**i for i in range(p)])).to(thetas.dtype)
        return thetas.mm(T)

    class Block(nn.Module):
        def __init__(self, units, thetas_dim, basis):
            super().__init__()
            self.fc1 = nn.Linear(BACK, units)
            self.fc2 = nn.Linear(units, units)
            self.theta_b_fc = nn.Linear(units, thetas_dim, bias=False)
            self.theta_f_fc = nn.Linear(units, thetas_dim, bias=False)
            self.basis = basis
            back, ahead = linspace(BACK, AHEAD)
            self.backcast_linspace, self.forecast_linspace = back / (BACK + AHEAD), ahead / (BACK + AHEAD)

        def forward(self, x):
            x = F.relu(self.fc1(x))
            x = F.relu(self.fc2(x))
            backcast = self.basis(self.theta_b_fc(x), self.backcast_linspace)
            forecast = self.basis(self.theta_f_fc(x), self.forecast_linspace)
            return backcast, forecast

    class NBeatsNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.trend = nn.ModuleList([Block(UNITS, DEGREE, trend_model) for _ in range(2)])
            self.season = nn.ModuleList([Block(UNITS, 2 * WAVES, seasonality_model)])

        def forward(self, backcast):
            forecast = torch.zeros(size=(backcast.size(0), AHEAD), dtype=backcast.dtype)
            for stack in (self.trend, self.season):
                for block in stack:
                    b, f = block(backcast)
                    backcast = backcast - b
                    forecast = forecast + f
            return backcast, forecast

    def divide_no_nan(a, b):
        result = a / b
        result = torch.where(torch.isfinite(result), result, torch.zeros_like(result))
        return result

    def smape_loss(forecast, target):
        return 200 * torch.mean(
            divide_no_nan(torch.abs(forecast - target), torch.abs(forecast.data) + torch.abs(target.data))
        )

    def mase_loss(insample, freq, forecast, target):
        masep = torch.mean(torch.abs(insample[:, freq:] - insample[:, :-freq]), dim=1)
        masked_masep_inv = divide_no_nan(torch.ones_like(masep), masep)
        return torch.mean(torch.abs(target - forecast) * masked_masep_inv[:, None])

    def loss(model, batch):
        _rest, forecast = model(batch["past"])
        return smape_loss(forecast, batch["future"]) / 100 + mase_loss(batch["past"], 2, forecast, batch["future"])

    model = NBeatsNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)


def tf_side():
    import keras
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    time = np.linspace(-BACK, AHEAD, BACK + AHEAD) / (BACK + AHEAD)

    def polynomials(times):
        return np.stack([times**power for power in range(DEGREE)])

    def waves(times):
        angle = 2 * np.pi * np.arange(WAVES)[:, None] * times[None]
        return np.concatenate([np.cos(angle), np.sin(angle)])

    class Block(layers.Layer):
        def __init__(self, basis):
            super().__init__()
            self.backwards, self.forwards = basis(time[:BACK]), basis(time[BACK:])
            self.hidden = [layers.Dense(UNITS, activation="relu") for _ in range(2)]
            self.theta_back = layers.Dense(len(self.backwards), use_bias=False)
            self.theta_ahead = layers.Dense(len(self.forwards), use_bias=False)

        def call(self, x):
            for layer in self.hidden:
                x = layer(x)
            back, ahead = (ops.cast(basis, x.dtype) for basis in (self.backwards, self.forwards))
            return ops.matmul(self.theta_back(x), back), ops.matmul(self.theta_ahead(x), ahead)

    inputs = keras.Input((BACK,))
    rest, forecasts = inputs, []
    for kind in (polynomials, polynomials, waves):
        explained, ahead = Block(kind)(rest)
        rest = layers.Subtract()([rest, explained])
        forecasts.append(ahead)
    model = keras.Model(inputs, layers.Add()(forecasts))

    def smape(y_true, y_pred):
        import tensorflow as tf

        size = ops.abs(y_true) + ops.abs(tf.stop_gradient(y_pred))
        return 2.0 * ops.mean(ops.divide_no_nan(ops.abs(y_true - y_pred), size))

    def mase(y_past, y_true, y_pred, season):
        naive = ops.mean(ops.abs(y_past[:, season:] - y_past[:, :-season]), axis=-1)
        return ops.mean(ops.mean(ops.abs(y_true - y_pred), axis=-1) / naive)

    def loss(model, batch):
        forecast = model(batch["past"])
        return smape(batch["future"], forecast) + mase(batch["past"], batch["future"], forecast, 2)

    return model, loss, Adam(1e-3, weight_decay=1e-4)
