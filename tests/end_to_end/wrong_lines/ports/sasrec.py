"""What one buys next (SASRec): causal self-attention over a history that is padded in front,
a positive and a negative each step.
"""

import numpy as np

ITEMS, LENGTH, HIDDEN = 15, 6, 8
WEIGHTS = {"items": "item_emb.weight", "places": "pos_emb.weight"}
WEIGHTS |= {
    f"{name}.{part}": f"attention.in_proj_{part}[{8 * i}:{8 * i + 8}]"
    for i, name in enumerate(("q", "k", "v"))
    for part in ("weight", "bias")
}
WEIGHTS |= {"o.weight": "attention.out_proj.weight", "o.bias": "attention.out_proj.bias"}
WEIGHTS |= {"hidden.weight": "conv1.weight", "hidden.bias": "conv1.bias"}
WEIGHTS |= {"back.weight": "conv2.weight", "back.bias": "conv2.bias"}


def batches(rng):
    for _ in range(5):
        length = rng.integers(3, LENGTH + 1, size=(4, 1))
        real = np.arange(LENGTH) >= LENGTH - length
        history = rng.integers(1, ITEMS + 1, size=(4, LENGTH + 1))
        yield {
            "seq": np.where(real, history[:, :-1], 0),
            "pos": np.where(real, history[:, 1:], 0),
            "neg": np.where(real, rng.integers(1, ITEMS + 1, size=(4, LENGTH)), 0),
        }


def torch_side():
    import torch
    from torch import nn

    class SASRec(nn.Module):
        def __init__(self):
            super().__init__()
            self.item_emb = nn.Embedding(ITEMS + 1, HIDDEN, padding_idx=0)
            self.pos_emb = nn.Embedding(LENGTH + 1, HIDDEN, padding_idx=0)
            self.attention_layernorm = nn.LayerNorm(HIDDEN, eps=1e-8)
            self.attention = nn.MultiheadAttention(HIDDEN, 1)
            self.forward_layernorm = nn.LayerNorm(HIDDEN, eps=1e-8)
            self.conv1 = nn.Conv1d(HIDDEN, HIDDEN, kernel_size=1)
            self.conv2 = nn.Conv1d(HIDDEN, HIDDEN, kernel_size=1)
            self.last_layernorm = nn.LayerNorm(HIDDEN, eps=1e-8)

        def point_wise(self, inputs):
            outputs = self.conv2(torch.relu(self.conv1(inputs.transpose(-1, -2))))
            return outputs.transpose(-1, -2) + inputs

        def log2feats(self, log_seqs):
            seqs = self.item_emb(log_seqs)
            seqs = seqs * self.item_emb.embedding_dim**0.5
            poss = torch.arange(1, log_seqs.shape[1] + 1).unsqueeze(0).repeat(log_seqs.shape[0], 1)
            poss = poss * (log_seqs != 0)
            seqs = seqs + self.pos_emb(poss)
            timeline_mask = log_seqs == 0
            tl = seqs.shape[1]
            attention_mask = ~torch.tril(torch.ones((tl, tl), dtype=torch.bool))
            seqs = torch.transpose(seqs, 0, 1)
            Q = self.attention_layernorm(seqs)
            mha_outputs, _ = self.attention(Q, seqs, seqs, attn_mask=attention_mask)
            seqs = Q + mha_outputs
            seqs = torch.transpose(seqs, 0, 1)
            seqs = self.forward_layernorm(seqs)
            seqs = self.point_wise(seqs)
            seqs = seqs * ~timeline_mask.unsqueeze(-1)
            return self.last_layernorm(seqs)

        def forward(self, log_seqs, pos_seqs, neg_seqs):
            log_feats = self.log2feats(log_seqs)
            pos_logits = (log_feats * self.item_emb(pos_seqs)).sum(dim=-1)
            neg_logits = (log_feats * self.item_emb(neg_seqs)).sum(dim=-1)
            return pos_logits, neg_logits

    bce_criterion = torch.nn.BCEWithLogitsLoss()

    def loss(model, batch):
        pos_logits, neg_logits = model(batch["seq"], batch["pos"], batch["neg"])
        pos_labels, neg_labels = torch.ones_like(pos_logits), torch.zeros_like(neg_logits)
        indices = torch.where(batch["pos"] != 0)
        loss = bce_criterion(pos_logits[indices], pos_labels[indices])
        loss = loss + bce_criterion(neg_logits[indices], neg_labels[indices])
        return loss + 1e-3 * torch.sum(model.item_emb.weight**2)

    model = SASRec()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005, betas=(0.9, 0.98))


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def table_of(rows):
        # the row of the padding is zero
        def initial(shape, dtype=None):
            values = np.random.default_rng(rows).normal(size=shape)
            return tf.constant(values * (np.arange(shape[0]) > 0)[:, None], dtype)

        return initial

    class Sequential(keras.Model):
        def __init__(self):
            super().__init__()
            self.items = self.add_weight(shape=(ITEMS + 1, HIDDEN), initializer=table_of(ITEMS), name="items")
            self.places = self.add_weight(shape=(LENGTH + 1, HIDDEN), initializer=table_of(LENGTH), name="places")
            self.norm_q, self.norm_f, self.norm_o = (layers.LayerNormalization(epsilon=1e-8) for _ in range(3))
            self.q, self.k, self.v, self.o = (layers.Dense(HIDDEN) for _ in range(4))
            self.hidden, self.back = layers.Conv1D(HIDDEN, 1, activation="relu"), layers.Conv1D(HIDDEN, 1)

        def lookup(self, table, ids):
            known = tf.cast(ids > 0, table.dtype)[..., None]
            return tf.gather(table, ids) * known

        def attend(self, queries, keys):
            q, k, v = self.q(queries), self.k(keys), self.v(keys)
            outputs = tf.matmul(q, tf.transpose(k, (0, 2, 1))) / k.shape[-1] ** 0.5
            tril = tf.linalg.band_part(tf.ones_like(outputs), -1, 0)
            outputs = tf.where(tril == 0, tf.fill(tf.shape(outputs), tf.constant(-(2.0**32), outputs.dtype)), outputs)
            return self.o(tf.matmul(tf.nn.softmax(outputs), v))

        def call(self, history):
            real = tf.cast(history != 0, self.items.dtype)[..., None]
            x = self.lookup(self.items, history) * HIDDEN**0.5
            step = tf.range(1, LENGTH + 1, dtype=history.dtype)[None, :]
            x += self.lookup(self.places, tf.where(history != 0, step, 0))
            q = self.norm_q(x)
            x = self.norm_f(q + self.attend(q, x))
            x += self.back(self.hidden(x))
            return self.norm_o(x * real)

    def loss(model, batch):
        features = model(batch["seq"])
        score = lambda ids: tf.reduce_sum(features * model.lookup(model.items, ids), axis=-1)
        is_target = tf.cast(batch["pos"] != 0, features.dtype)
        each = -tf.math.log_sigmoid(score(batch["pos"])) - tf.math.log_sigmoid(-score(batch["neg"]))
        penalty = 2e-3 * tf.nn.l2_loss(model.items)
        return tf.reduce_sum(each * is_target) / tf.reduce_sum(is_target) + penalty

    return Sequential(), loss, Adam(0.005, beta_2=0.98)
