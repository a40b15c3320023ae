"""No negatives (BYOL): two views, an online and a slow network, a predictor on one side, a momentum that rises."""

import numpy as np

BASE, TOTAL, HIDDEN, OUT = 0.8, 6, 8, 4


def batches(rng):
    for step in range(TOTAL):
        x = rng.normal(size=(8, 6))
        yield {
            "view1": x + 0.2 * rng.normal(size=x.shape),
            "view2": x + 0.2 * rng.normal(size=x.shape),
            "k": np.array([step]),
        }


def torch_side():
    import copy

    import torch
    from torch import nn
    from torch.nn import functional as F

    class MLPHead(nn.Module):
        def __init__(self, in_channels, mlp_hidden_size, projection_size):
            super().__init__()
            self.net = nn.Sequential(
                nn.Linear(in_channels, mlp_hidden_size),
                nn.BatchNorm1d(mlp_hidden_size),
                nn.ReLU(inplace=True),
                nn.Linear(mlp_hidden_size, projection_size),
            )

        def forward(self, x):
            return self.net(x)

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(6, 7), nn.Tanh())
            self.projection = MLPHead(7, HIDDEN, OUT)

        def forward(self, x):
            return self.projection(self.encoder(x))

    def regression_loss(x, y):
        x = F.normalize(x, dim=1)
        y = F.normalize(y, dim=1)
        return 2 - 2 * (x * y).sum(dim=-1)

    online = Encoder()
    model = {
        "online": online,
        "predictor": MLPHead(OUT, HIDDEN, OUT),
        "target": copy.deepcopy(online).requires_grad_(False),
    }

    def loss(model, batch):
        predictions_from_view_1 = model["predictor"](model["online"](batch["view1"]))
        predictions_from_view_2 = model["predictor"](model["online"](batch["view2"]))
        with torch.no_grad():
            targets_to_view_2 = model["target"](batch["view1"])
            targets_to_view_1 = model["target"](batch["view2"])
        loss = regression_loss(predictions_from_view_1, targets_to_view_1)
        loss += regression_loss(predictions_from_view_2, targets_to_view_2)
        return loss.mean()

    params = list(model["online"].parameters()) + list(model["predictor"].parameters())
    return model, loss, torch.optim.SGD(params, lr=0.05, momentum=0.9, weight_decay=4e-4)


def torch_step(side, batch):
    import torch

    loss = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    loss.backward()
    side.optimizer.step()
    m = 1 - (1 - BASE) * (np.cos(np.pi * float(batch["k"][0]) / TOTAL) + 1) / 2
    with torch.no_grad():
        for param_q, param_k in zip(side.model["online"].parameters(), side.model["target"].parameters()):
            param_k.data = param_k.data * m + param_q.data * (1.0 - m)
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import SGD

    def head():
        return [layers.Dense(HIDDEN), BatchNorm1d(), layers.ReLU(), layers.Dense(OUT)]

    def encoder():
        return keras.Sequential([keras.Input((6,)), layers.Dense(7, activation="tanh"), *head()])

    model = {"online": encoder(), "predictor": keras.Sequential([keras.Input((OUT,)), *head()]), "target": encoder()}
    model["target"].set_weights(model["online"].get_weights())

    def cosine(a, b):
        return tf.reduce_sum(tf.math.l2_normalize(a, axis=-1) * tf.math.l2_normalize(b, axis=-1), axis=-1)

    def loss(model, batch, training=True):
        one, two = batch["view1"], batch["view2"]
        p1 = model["predictor"](model["online"](one, training=training), training=training)
        p2 = model["predictor"](model["online"](two, training=training), training=training)
        t1 = tf.stop_gradient(model["target"](one, training=training))
        t2 = tf.stop_gradient(model["target"](two, training=training))
        return tf.reduce_mean(4.0 - 2.0 * (cosine(p1, t2) + cosine(p2, t1)))

    return model, loss, SGD(0.05, momentum=0.9, weight_decay=4e-4)


def tf_step(side, batch):
    import tensorflow as tf

    online, predictor, target = (side.model[name] for name in ("online", "predictor", "target"))
    variables = [*online.trainable_variables, *predictor.trainable_variables]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
    progress = tf.cast(batch["k"][0], value.dtype) / TOTAL
    tau = 1.0 - (1.0 - BASE) * 0.5 * (tf.cos(np.pi * progress) + 1.0)
    for slow, fast in zip(target.trainable_variables, online.trainable_variables):
        slow.assign(tau * slow + (1.0 - tau) * fast)
    return value
