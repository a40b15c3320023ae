"""Clicks: a factorisation machine of fields and a small network on the same embeddings (DeepFM), with an L2 penalty."""

import numpy as np

FIELDS, VALUES, WIDTH, L2 = 4, 5, 3, 0.01


def batches(rng):
    offsets = np.arange(FIELDS) * VALUES
    for _ in range(6):
        fields = rng.integers(0, VALUES, size=(8, FIELDS)) + offsets
        yield {"fields": fields, "click": (rng.uniform(size=8) < 0.4).astype(float)}


def torch_side():
    import torch
    from torch import nn

    class DeepFM(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Embedding(FIELDS * VALUES, 1)
            self.embedding = nn.Embedding(FIELDS * VALUES, WIDTH)
            self.mlp = nn.Sequential(nn.Linear(FIELDS * WIDTH, 8), nn.ReLU(), nn.Linear(8, 1))

        def forward(self, x):
            embed_x = self.embedding(x)
            square_of_sum = torch.sum(embed_x, dim=1) ** 2
            sum_of_square = torch.sum(embed_x**2, dim=1)
            fm = 0.5 * (square_of_sum - sum_of_square).sum(dim=1, keepdim=True)
            out = self.linear(x).sum(dim=1) + fm + self.mlp(embed_x.flatten(1))
            return torch.sigmoid(out.squeeze(1))

    criterion = nn.BCELoss()

    def loss(model, batch):
        penalty = sum(p.pow(2).sum() for name, p in model.named_parameters() if "embedding" in name)
        return criterion(model(batch["fields"]), batch["click"]) + L2 * penalty

    model = DeepFM()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    class FM(layers.Layer):
        def call(self, embeds):
            total = ops.sum(embeds, axis=1)
            cross = ops.square(total) - ops.sum(ops.square(embeds), axis=1)
            return 0.5 * ops.sum(cross, axis=1, keepdims=True)

    inputs = keras.Input((FIELDS,), dtype="int64")
    first_order = layers.Embedding(FIELDS * VALUES, 1)(inputs)
    factors = layers.Embedding(FIELDS * VALUES, WIDTH, name="factors")
    embeddings = factors(inputs)
    deep = layers.Dense(8, activation="relu")(layers.Flatten()(embeddings))
    deep = layers.Dense(1)(deep)
    logit = layers.Add()([ops.sum(first_order, axis=1), FM()(embeddings), deep])
    model = keras.Model(inputs, logit)

    entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def loss(model, batch):
        logits = model(batch["fields"])
        penalty = 2 * tf.nn.l2_loss(factors.embeddings)
        return entropy(batch["click"][:, None], logits) + L2 * penalty

    return model, loss, Adam(0.01)
