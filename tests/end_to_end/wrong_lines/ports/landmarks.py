"""Landmarks of a face: coordinates out of heat maps, the wing loss on those that are seen, and bones between them."""

import math

POINTS, SIDE, OMEGA, EPSILON = 3, 5, 2.0, 0.5
CHANNELS_FIRST = ("image",)
BONES = [(0, 1), (1, 2)]


def batches(rng):
    for _ in range(5):
        seen = rng.random((4, POINTS)) < 0.7
        where = rng.uniform(-4, 4, size=(4, POINTS, 2))
        yield {"image": rng.normal(size=(4, 2, SIDE, SIDE)), "where": where, "seen": seen}


def torch_side():
    import torch
    from torch import nn

    class SoftArgmax(nn.Module):
        def forward(self, heat):
            n, k, h, w = heat.shape
            probability = heat.flatten(2).softmax(dim=-1).view(n, k, h, w)
            xs, ys = torch.arange(w).to(heat), torch.arange(h).to(heat)
            x = (probability.sum(dim=2) * xs).sum(dim=-1)
            y = (probability.sum(dim=3) * ys).sum(dim=-1)
            return torch.stack([x, y], dim=-1)

    def wing(error):
        error = error.abs()
        constant = OMEGA - OMEGA * math.log(1 + OMEGA / EPSILON)
        return torch.where(error < OMEGA, OMEGA * torch.log(1 + error / EPSILON), error - constant)

    def loss(model, batch):
        points = model(batch["image"])
        each = wing(points - batch["where"]).sum(dim=-1)
        located = each[batch["seen"]].mean()
        start, end = zip(*BONES, strict=True)
        made = (points[:, list(start)] - points[:, list(end)]).norm(dim=-1)
        true = (batch["where"][:, list(start)] - batch["where"][:, list(end)]).norm(dim=-1)
        return located + 0.2 * (made / true - 1).square().mean()

    model = nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, POINTS, 1), SoftArgmax())
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    class Expectation(layers.Layer):
        def call(self, heat):
            flat = ops.softmax(ops.reshape(heat, (-1, SIDE * SIDE, POINTS)), axis=1)
            rows, columns = ops.arange(SIDE * SIDE) // SIDE, ops.arange(SIDE * SIDE) % SIDE
            place = ops.cast(ops.stack([columns, rows], axis=-1), heat.dtype)
            return ops.einsum("npk,pc->nkc", flat, place)

    class WingLoss(keras.losses.Loss):
        def call(self, y_true, y_pred):
            distance = ops.abs(y_true - y_pred)
            shift = OMEGA * (1 - math.log(1 + OMEGA / EPSILON))
            curved = OMEGA * ops.log1p(distance / EPSILON)
            return ops.sum(ops.where(distance < OMEGA, curved, distance - shift), axis=-1)

    wing = WingLoss(reduction=None)

    def bone_lengths(points):
        def of_one(face):
            return tf.stack([tf.norm(face[a] - face[b]) for a, b in BONES])

        return tf.vectorized_map(of_one, points)

    def loss(model, batch):
        predicted = model(batch["image"])
        mask = ops.cast(batch["seen"], predicted.dtype)
        located = ops.sum(wing(batch["where"], predicted) * mask) / ops.sum(mask)
        ratio = bone_lengths(predicted) / bone_lengths(batch["where"])
        return located + 0.2 * ops.mean(ops.square(ratio - 1))

    inputs = keras.Input((SIDE, SIDE, 2))
    heat = layers.Conv2D(POINTS, 1)(layers.Conv2D(6, 3, padding="same", activation="relu")(inputs))
    return keras.Model(inputs, Expectation()(heat)), loss, Adam(0.02)
