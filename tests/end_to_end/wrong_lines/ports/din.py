"""Clicks (Deep Interest Network): a target attends over a history of own length, an activation that adapts (Dice)."""

import numpy as np

ITEMS, CATES, DIM, HISTORY, L2 = 10, 4, 4, 5, 0.01
WEIGHTS = {"dice.alpha": "dice.alpha"}


def batches(rng):
    cate = rng.integers(0, CATES, size=ITEMS)
    for _ in range(6):
        hist, target, length = (
            rng.integers(0, ITEMS, size=(8, HISTORY)),
            rng.integers(0, ITEMS, size=8),
            rng.integers(1, HISTORY + 1, size=8),
        )
        yield {
            "hist": hist,
            "hist_cate": cate[hist],
            "length": length,
            "item": target,
            "cate": cate[target],
            "click": (rng.uniform(size=(8, 1)) < 0.4).astype(float),
        }


def torch_side():
    import torch
    from torch import nn

    class Dice(nn.Module):
        def __init__(self, num_features, eps=1e-8):
            super().__init__()
            self.bn = nn.BatchNorm1d(num_features, eps=eps, affine=False)
            self.alpha = nn.Parameter(torch.full((num_features,), 0.2))

        def forward(self, x):
            x_p = torch.sigmoid(self.bn(x))
            return self.alpha * (1 - x_p) * x + x_p * x

    class DIN(nn.Module):
        def __init__(self):
            super().__init__()
            self.item_emb = nn.Embedding(ITEMS, DIM)
            self.cate_emb = nn.Embedding(CATES, DIM)
            self.att = nn.Sequential(nn.Linear(8 * DIM, 8), nn.Sigmoid(), nn.Linear(8, 1))
            self.fc1 = nn.Linear(6 * DIM, 10)
            self.dice = Dice(10)
            self.fc2 = nn.Linear(10, 1)

        def attention(self, query, keys, keys_length):
            queries = query.unsqueeze(1).expand(-1, keys.size(1), -1)
            din_all = torch.cat([queries, keys, queries - keys, queries * keys], dim=-1)
            outputs = self.att(din_all).transpose(1, 2)  # (B, 1, T)
            mask = torch.arange(keys.size(1))[None, :] < keys_length[:, None]
            outputs = torch.where(mask.unsqueeze(1), outputs, torch.full_like(outputs, -(2.0**32) + 1))
            outputs = outputs / (keys.size(-1) ** 0.5)
            outputs = torch.softmax(outputs, dim=-1)
            return torch.bmm(outputs, keys).squeeze(1)

        def forward(self, batch):
            item = torch.cat([self.item_emb(batch["item"]), self.cate_emb(batch["cate"])], dim=-1)
            hist = torch.cat([self.item_emb(batch["hist"]), self.cate_emb(batch["hist_cate"])], dim=-1)
            user = self.attention(item, hist, batch["length"])
            x = torch.cat([user, item, user * item], dim=-1)
            return self.fc2(self.dice(self.fc1(x)))

    criterion = nn.BCEWithLogitsLoss()

    def loss(model, batch):
        logit = model(batch)
        reg = sum(torch.norm(w, 2) ** 2 for w in (model.item_emb.weight, model.cate_emb.weight))
        return criterion(logit, batch["click"]) + L2 * reg

    model = DIN()
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import RMSprop

    class Dice(layers.Layer):
        def __init__(self):
            super().__init__()
            self.bn = BatchNorm1d(epsilon=1e-8, affine=False)

        def build(self, shape):
            fifth = keras.initializers.Constant(0.2)
            self.alpha = self.add_weight(shape=(shape[-1],), initializer=fifth, name="alpha")

        def call(self, x, training=False):
            gate = tf.sigmoid(self.bn(x, training=training))
            return x * (gate + self.alpha * (1.0 - gate))

    class DeepInterest(keras.Model):
        def __init__(self):
            super().__init__()
            self.items, self.cates = layers.Embedding(ITEMS, DIM), layers.Embedding(CATES, DIM)
            self.unit = keras.Sequential([layers.Dense(8, activation="sigmoid"), layers.Dense(1)])
            self.hidden, self.dice, self.logit = layers.Dense(10), Dice(), layers.Dense(1)

        def interest(self, q, k, length):
            q = tf.repeat(q[:, None], HISTORY, axis=1)
            info = tf.concat([q, k, q - k, q * k], axis=-1)
            score = tf.squeeze(self.unit(info), axis=-1) / np.sqrt(2 * DIM)
            valid = tf.sequence_mask(length, HISTORY)
            score = tf.where(valid, score, tf.constant(-1e9, score.dtype))
            return tf.einsum("bt,btd->bd", tf.nn.softmax(score), k)

        def call(self, inputs, training=False):
            target = tf.concat([self.items(inputs["item"]), self.cates(inputs["cate"])], axis=-1)
            past = tf.concat([self.items(inputs["hist"]), self.cates(inputs["hist_cate"])], axis=-1)
            user = self.interest(target, past, inputs["length"])
            hidden = self.hidden(tf.concat([user, target, user * target], axis=-1))
            return self.logit(self.dice(hidden, training=training))

    bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def loss(model, batch, training=True):
        prediction = model(batch, training=training)
        penalty = 2 * (tf.nn.l2_loss(model.items.embeddings) + tf.nn.l2_loss(model.cates.embeddings))
        return bce(batch["click"], prediction) + L2 * penalty

    return DeepInterest(), loss, RMSprop(0.01)
