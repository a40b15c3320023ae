"""Capsules: dynamic routing by agreement between two layers of vectors, the margin loss, a decoder of the true one."""

import numpy as np

PRIMARY, CLASSES, WIDTH, ROUTINGS = 5, 3, 4, 3
WEIGHTS = {"digits.kernel": "digit_caps.W"}


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(5, 6)), "y": np.eye(CLASSES)[rng.integers(0, CLASSES, size=5)]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def squash(x, dim=-1):
        squared_norm = (x**2).sum(dim=dim, keepdim=True)
        scale = squared_norm / (1 + squared_norm)
        return scale * x / (squared_norm.sqrt() + 1e-8)

    class DigitCaps(nn.Module):
        def __init__(self):
            super().__init__()
            self.W = nn.Parameter(torch.randn(PRIMARY, CLASSES, WIDTH, 2))

        def forward(self, x):
            u_hat = torch.matmul(self.W, x[:, :, None, :, None]).squeeze(-1)
            temp_u_hat = u_hat.detach()
            b = torch.zeros(len(x), PRIMARY, CLASSES, 1, dtype=x.dtype)
            for _ in range(ROUTINGS - 1):
                c = b.softmax(dim=2)
                s = (c * temp_u_hat).sum(dim=1, keepdim=True)
                v = squash(s)
                b = b + (temp_u_hat * v).sum(dim=-1, keepdim=True)
            c = b.softmax(dim=2)
            return squash((c * u_hat).sum(dim=1))

    class CapsNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.primary = nn.Linear(6, PRIMARY * 2)
            self.digit_caps = DigitCaps()
            self.decoder = nn.Linear(CLASSES * WIDTH, 6)

        def forward(self, x, y):
            u = squash(self.primary(x).view(-1, PRIMARY, 2))
            caps = self.digit_caps(u)
            return caps.norm(dim=-1), self.decoder((caps * y[:, :, None]).flatten(1))

    def margin_loss(lengths, labels):
        left = F.relu(0.9 - lengths) ** 2
        right = F.relu(lengths - 0.1) ** 2
        return (labels * left + 0.5 * (1.0 - labels) * right).sum(dim=1).mean()

    def loss(model, batch):
        lengths, made = model(batch["x"], batch["y"])
        reconstruction = ((made - batch["x"]) ** 2).sum(dim=1).mean()
        return margin_loss(lengths, batch["y"]) + 0.05 * reconstruction

    model = CapsNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def squashed(vectors):
        square = tf.reduce_sum(tf.square(vectors), axis=-1, keepdims=True)
        return square / (1 + square) * vectors / (tf.sqrt(square) + 1e-8)

    class CapsuleLayer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.kernel = self.add_weight(shape=(PRIMARY, CLASSES, WIDTH, 2), name="kernel")

        def call(self, inputs):
            votes = tf.einsum("pcwi,bpi->bpcw", self.kernel, inputs)
            fixed = tf.stop_gradient(votes)
            logits = tf.zeros_like(fixed[..., 0])
            for routing in range(ROUTINGS):
                coupling = tf.nn.softmax(logits, axis=2)
                if routing < ROUTINGS - 1:
                    outputs = squashed(tf.einsum("bpc,bpcw->bcw", coupling, fixed))
                    logits += tf.einsum("bpcw,bcw->bpc", fixed, outputs)
            return squashed(tf.einsum("bpc,bpcw->bcw", coupling, votes))

    class CapsuleNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.primary = layers.Dense(PRIMARY * 2)
            self.digits = CapsuleLayer()
            self.decode = layers.Dense(6)

        def call(self, x, y):
            primary = squashed(tf.reshape(self.primary(x), (-1, PRIMARY, 2)))
            capsules = self.digits(primary)
            masked = tf.reshape(capsules * y[..., None], (-1, CLASSES * WIDTH))
            return tf.norm(capsules, axis=-1), self.decode(masked)

    def margin(y_true, y_pred):
        present = y_true * tf.square(tf.maximum(0.0, 0.9 - y_pred))
        absent = 0.5 * (1 - y_true) * tf.square(tf.maximum(0.0, y_pred - 0.1))
        return tf.reduce_mean(tf.reduce_sum(present + absent, axis=1))

    def loss(model, batch):
        lengths, restored = model(batch["x"], batch["y"])
        error = tf.reduce_mean(tf.reduce_sum((restored - batch["x"]) ** 2, axis=1))
        return margin(batch["y"], lengths) + 0.05 * error

    return CapsuleNet(), loss, Adam(0.01)
