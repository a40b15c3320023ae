"""Retrieval: towers of users and items, negatives from the batch with their frequencies corrected, own Adagrad."""

import numpy as np

USERS, ITEMS, DIM, TEMPERATURE, RATE = 8, 12, 6, 0.25, 0.1


def batches(rng):
    frequency = rng.dirichlet(np.ones(ITEMS))
    for _ in range(6):
        item = rng.choice(ITEMS, size=9, p=frequency)
        yield {
            "user": rng.integers(0, USERS, size=9),
            "context": rng.normal(size=(9, 3)),
            "item": item,
            "prob": np.maximum(frequency[item], 1e-3),
            "watch": rng.uniform(0.2, 2.0, size=9),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class QueryTower(nn.Module):
        def __init__(self):
            super().__init__()
            self.user_emb = nn.Embedding(USERS, 5)
            self.mlp = nn.Sequential(nn.Linear(8, 10), nn.ReLU(), nn.Linear(10, DIM))

        def forward(self, user, context):
            return F.normalize(self.mlp(torch.cat([self.user_emb(user), context], dim=-1)), dim=-1)

    class ItemTower(nn.Module):
        def __init__(self):
            super().__init__()
            self.item_emb = nn.Embedding(ITEMS, 7)
            self.fc = nn.Linear(7, DIM)

        def forward(self, item):
            return F.normalize(self.fc(self.item_emb(item)), dim=-1)

    class TwoTower(nn.Module):
        def __init__(self):
            super().__init__()
            self.query_tower = QueryTower()
            self.item_tower = ItemTower()

        def forward(self, batch):
            query = self.query_tower(batch["user"], batch["context"])
            item = self.item_tower(batch["item"])
            return query, item

    def loss(model, batch):
        query, item = model(batch)
        logits = query @ item.T / TEMPERATURE
        # logQ correction
        logits = logits - torch.log(batch["prob"]).unsqueeze(0)
        # remove accidental hits
        ids = batch["item"]
        same = ids.unsqueeze(0) == ids.unsqueeze(1)
        accidental = same & ~torch.eye(len(ids), dtype=torch.bool)
        logits = logits.masked_fill(accidental, -1e9)
        labels = torch.arange(len(ids))
        losses = F.cross_entropy(logits, labels, reduction="none")
        return (losses * batch["watch"]).sum() / batch["watch"].sum()

    model = TwoTower()
    return model, loss, torch.optim.Adagrad(model.parameters(), lr=RATE, initial_accumulator_value=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adagrad

    class Tower(keras.Model):
        def __init__(self, ids, width, hidden):
            super().__init__()
            self.table = layers.Embedding(ids, width)
            self.deep = [layers.Dense(units, activation="relu") for units in hidden]
            self.top = layers.Dense(DIM)

        def call(self, ids, features=None):
            x = self.table(ids)
            if features is not None:
                x = tf.concat([x, features], axis=1)
            for layer in self.deep:
                x = layer(x)
            return tf.math.l2_normalize(self.top(x), axis=1)

    class Retrieval(keras.Model):
        def __init__(self):
            super().__init__()
            self.query_model = Tower(USERS, 5, [10])
            self.candidate_model = Tower(ITEMS, 7, [])

        def call(self, inputs):
            return self.query_model(inputs["user"], inputs["context"]), self.candidate_model(inputs["item"])

    def remove_accidental_hits(scores, ids):
        duplicates = tf.cast(tf.equal(ids[:, None], ids[None, :]), scores.dtype)
        duplicates -= tf.eye(tf.shape(ids)[0], dtype=scores.dtype)
        return scores + duplicates * -1e9

    def loss(model, batch):
        queries, candidates = model(batch)
        scores = tf.matmul(queries, candidates, transpose_b=True)
        scores = scores / TEMPERATURE - tf.math.log(batch["prob"])
        scores = remove_accidental_hits(scores, batch["item"])
        probabilities = tf.linalg.diag_part(tf.nn.log_softmax(scores, axis=1))
        weights = batch["watch"] / tf.reduce_sum(batch["watch"])
        return -tf.reduce_sum(weights * probabilities)

    return Retrieval(), loss, Adagrad(RATE, initial_accumulator_value=0.1)
