"""Recommendation: embeddings spread over the graph of users and items (LightGCN), the pairwise loss (BPR) on top."""

import numpy as np

USERS, ITEMS, WIDTH, LAYERS, DECAY = 6, 7, 4, 2, 0.1
WEIGHTS = {"user_table": "embedding_user.weight", "item_table": "embedding_item.weight"}


def batches(rng):
    seen = (rng.uniform(size=(USERS, ITEMS)) < 0.4).astype(float) + np.eye(USERS, ITEMS)
    seen[0, -1] = 1.0
    seen = np.minimum(seen, 1.0)
    norm = seen / np.sqrt(seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True))
    for _ in range(6):
        user, items = rng.integers(0, USERS, size=8), rng.integers(0, ITEMS, size=(2, 8))
        yield {"norm": norm, "user": user, "pos": items[0], "neg": items[1]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class LightGCN(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding_user = nn.Embedding(USERS, WIDTH)
            self.embedding_item = nn.Embedding(ITEMS, WIDTH)

        def computer(self, norm):
            zeros_u, zeros_i = norm.new_zeros(USERS, USERS), norm.new_zeros(ITEMS, ITEMS)
            graph = torch.cat([torch.cat([zeros_u, norm], dim=1), torch.cat([norm.t(), zeros_i], dim=1)])
            all_emb = torch.cat([self.embedding_user.weight, self.embedding_item.weight])
            embs = [all_emb]
            for _ in range(LAYERS):
                all_emb = graph @ all_emb
                embs.append(all_emb)
            light_out = torch.stack(embs, dim=1).mean(dim=1)
            return torch.split(light_out, [USERS, ITEMS])

        def bpr_loss(self, norm, users, pos, neg):
            all_users, all_items = self.computer(norm)
            users_emb, pos_emb, neg_emb = all_users[users], all_items[pos], all_items[neg]
            user_ego, pos_ego, neg_ego = self.embedding_user(users), self.embedding_item(pos), self.embedding_item(neg)
            reg_loss = 0.5 * (user_ego.norm(2).pow(2) + pos_ego.norm(2).pow(2) + neg_ego.norm(2).pow(2)) / len(users)
            pos_scores = torch.mul(users_emb, pos_emb).sum(dim=1)
            neg_scores = torch.mul(users_emb, neg_emb).sum(dim=1)
            return torch.mean(F.softplus(neg_scores - pos_scores)), reg_loss

    def loss(model, batch):
        ranking, reg_loss = model.bpr_loss(batch["norm"], batch["user"], batch["pos"], batch["neg"])
        return ranking + DECAY * reg_loss

    model = LightGCN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adam

    class Recommender(keras.Model):
        def __init__(self):
            super().__init__()
            self.user_table = self.add_weight(shape=(USERS, WIDTH), initializer="random_normal", name="user_table")
            self.item_table = self.add_weight(shape=(ITEMS, WIDTH), initializer="random_normal", name="item_table")

        def call(self, norm):
            u, i = tf.convert_to_tensor(self.user_table), tf.convert_to_tensor(self.item_table)
            total_u, total_i = u, i
            for _ in range(LAYERS):
                u, i = tf.matmul(norm, i), tf.matmul(norm, u, transpose_a=True)
                total_u, total_i = total_u + u, total_i + i
            return total_u / (LAYERS + 1), total_i / (LAYERS + 1)

    def score(left, right):
        return tf.einsum("nd,nd->n", left, right)

    def penalty(model, user, pos, neg):
        rows = [tf.gather(model.user_table, user), tf.gather(model.item_table, pos), tf.gather(model.item_table, neg)]
        return tf.add_n([tf.nn.l2_loss(each) for each in rows]) / tf.cast(tf.shape(user)[0], rows[0].dtype)

    def loss(model, batch):
        user_final, item_final = model(batch["norm"])
        u = tf.gather(user_final, batch["user"])
        better = score(u, tf.gather(item_final, batch["pos"]))
        worse = score(u, tf.gather(item_final, batch["neg"]))
        mf_loss = -tf.reduce_mean(tf.math.log_sigmoid(better - worse))
        return mf_loss + DECAY * penalty(model, batch["user"], batch["pos"], batch["neg"])

    return Recommender(), loss, Adam(0.02)
