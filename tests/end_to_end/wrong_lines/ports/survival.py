"""Time to an event: Cox' partial likelihood over those at risk, with a second task; their weights are learned."""

WEIGHTS = {"log_vars": "log_vars"}


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(14, 4))
        time, event = rng.exponential(size=14) * 2.0 ** x[:, 0], (rng.random(14) < 0.6).astype(float)
        yield {"x": x, "time": time, "event": event, "marker": x[:, 1:2] * x[:, 2:3]}


def torch_side():
    import torch
    from torch import nn

    class CoxPHLoss(nn.Module):
        def forward(self, log_h, durations, events):
            idx = durations.sort(descending=True)[1]
            log_h, events = log_h[idx], events[idx]
            log_cumsum_h = torch.logcumsumexp(log_h, dim=0)
            return -(log_h - log_cumsum_h).mul(events).sum().div(events.sum())

    class TwoHeads(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.risk, self.marker = nn.Linear(4, 8), nn.Linear(8, 1, bias=False), nn.Linear(8, 1)
            self.log_vars = nn.Parameter(torch.tensor([0.3, -0.2]))

        def forward(self, x):
            x = torch.tanh(self.body(x))
            return {"risk": self.risk(x).squeeze(1), "marker": self.marker(x)}

    cox = CoxPHLoss()

    def loss(model, batch):
        out = model(batch["x"])
        tasks = torch.stack(
            [
                cox(out["risk"], batch["time"], batch["event"]),
                nn.functional.smooth_l1_loss(out["marker"], batch["marker"], beta=0.5),
            ]
        )
        return (torch.exp(-model.log_vars) * tasks + model.log_vars).sum() / 2

    model = TwoHeads()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Cox(keras.losses.Loss):
        def call(self, y_true, y_pred):
            time, event = tf.unstack(y_true, axis=1)
            at_risk = tf.cast(time[None, :] >= time[:, None], y_pred.dtype)
            hazard = tf.math.log(tf.linalg.matvec(at_risk, tf.exp(y_pred)))
            return tf.math.divide_no_nan(event * (hazard - y_pred), tf.reduce_sum(event))

    class SmoothL1(keras.losses.Loss):
        def call(self, y_true, y_pred):
            error = tf.abs(y_true - y_pred)
            return tf.where(error < 0.5, error**2, error - 0.25)

    class Multitask(keras.Model):
        def __init__(self):
            super().__init__()
            self.trunk = layers.Dense(8, "tanh")
            self.heads = {"risk": layers.Dense(1, use_bias=False), "marker": layers.Dense(1)}
            self.log_vars = self.add_weight(shape=(2,), initializer="zeros", name="log_vars")

        def call(self, x):
            x = self.trunk(x)
            return {name: head(x) for name, head in self.heads.items()}

    criteria = {"risk": Cox(reduction="sum"), "marker": SmoothL1(reduction="sum_over_batch_size")}

    def loss(model, batch):
        made = model(batch["x"])
        truth = {"risk": tf.stack([batch["time"], batch["event"]], axis=1), "marker": batch["marker"]}
        made["risk"] = tf.squeeze(made["risk"], axis=1)
        total = 0.0
        for name, log_var in zip(("risk", "marker"), tf.unstack(model.log_vars), strict=True):
            precision = tf.exp(-log_var)
            total += 0.5 * (precision * criteria[name](truth[name], made[name]) + log_var)
        return total

    return Multitask(), loss, Adam(0.01)
