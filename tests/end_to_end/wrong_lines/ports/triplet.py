"""Metric learning: the hardest positive and the hardest negative of each example of a batch."""

MARGIN = 0.1


def batches(rng):
    for _ in range(6):
        label = rng.permutation(12) % 3
        yield {"x": rng.normal(size=(12, 5)) + 3 * label[:, None], "label": label}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def pairwise(x):
        squares = (x[:, None] - x[None]).pow(2).sum(dim=2)
        return torch.sqrt(squares + 1e-6)

    def hardest(x, labels):
        dist = pairwise(x)
        same = labels[:, None] == labels[None]
        furthest = dist.masked_fill(~same, 0.0).max(dim=1).values
        nearest = dist.masked_fill(same, 1e6).min(dim=1).values
        return furthest, nearest

    def loss(model, batch):
        furthest, nearest = hardest(model(batch["x"]), batch["label"])
        hinge = F.relu(furthest - nearest + MARGIN)
        return hinge.sum() / (hinge > 0).sum().clamp(min=1)

    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def distances_of(x):
        differences = tf.expand_dims(x, 1) - tf.expand_dims(x, 0)
        return tf.sqrt(tf.reduce_sum(tf.square(differences), axis=-1) + 1e-6)

    def loss(model, batch):
        distances = distances_of(model(batch["x"]))
        positive = tf.cast(batch["label"][:, None] == batch["label"][None, :], distances.dtype)
        hardest_positive = tf.reduce_max(distances * positive, axis=1)
        hardest_negative = tf.reduce_min(distances + 1e6 * positive, axis=1)
        losses = tf.nn.relu(hardest_positive - hardest_negative + MARGIN)
        active = tf.reduce_sum(tf.cast(losses > 0, losses.dtype))
        return tf.reduce_sum(losses) / tf.maximum(active, 1)

    model = keras.Sequential([keras.Input((5,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(3)])
    return model, loss, Adam(0.01)
