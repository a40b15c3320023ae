"""Volume rendering: colours and densities along rays, composited on white."""

import numpy as np


def batches(rng):
    for _ in range(6):
        depth = np.sort(rng.uniform(1, 3, size=(7, 9)), axis=1)
        points = rng.normal(size=(7, 1, 3)) + depth[:, :, None] * rng.normal(size=(7, 1, 3))
        yield {"points": points[:, :-1], "deltas": np.diff(depth), "rgb": rng.uniform(size=(7, 3))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def render(raw, deltas):
        alpha = 1.0 - torch.exp(-F.relu(raw[..., 3]) * deltas)
        keep = torch.cat([torch.ones_like(alpha[:, :1]), 1.0 - alpha + 1e-10], dim=-1)
        weights = alpha * torch.cumprod(keep, dim=-1)[:, :-1]
        rgb = (weights[..., None] * torch.sigmoid(raw[..., :3])).sum(dim=-2)
        return rgb + (1.0 - weights.sum(dim=-1, keepdim=True))

    def loss(model, batch):
        return F.mse_loss(render(model(batch["points"]), batch["deltas"]), batch["rgb"])

    model = nn.Sequential(nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 4))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def raw2outputs(raw, dists):
        color = tf.math.sigmoid(raw[..., :3])
        opacity = 1.0 - tf.exp(-tf.nn.relu(raw[..., 3]) * dists)
        transmittance = tf.math.cumprod(1.0 - opacity + 1e-10, axis=-1, exclusive=True)
        contribution = opacity * transmittance
        rgb_map = tf.reduce_sum(contribution[..., None] * color, axis=-2)
        acc_map = tf.reduce_sum(contribution, axis=-1)
        return rgb_map + (1.0 - acc_map[..., None])

    def loss(model, batch):
        rendered = raw2outputs(model(batch["points"]), batch["deltas"])
        return tf.reduce_mean(tf.square(rendered - batch["rgb"]))

    model = keras.Sequential([keras.Input((None, 3)), layers.Dense(12), layers.Activation("tanh"), layers.Dense(4)])
    return model, loss, Adam(0.01)
