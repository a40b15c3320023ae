"""Nodes like their neighbours (GraphSAGE, williamleif/graphsage-simple): means of neighbours, negative samples."""

NODES, FEATURES, SAMPLES, WIDTH, NEGATIVES, WEIGHT = 8, 5, 3, 4, 6, 2.0
WEIGHTS = {"own.weight": "encoder.weight[:, 0:5]", "around.weight": "encoder.weight[:, 5:10]"}


def batches(rng):
    for _ in range(6):
        yield {
            "features": rng.normal(size=(NODES, FEATURES)),
            "neighbours": rng.integers(0, NODES, size=(NODES, SAMPLES)),
            "pairs": rng.integers(0, NODES, size=(5, 2)),
            "negatives": rng.integers(0, NODES, size=(5, NEGATIVES)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class SupervisedEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(2 * FEATURES, WIDTH, bias=False)
            self.transform = nn.Linear(WIDTH, WIDTH)

        def aggregate(self, features, to_neighs):
            mask = torch.zeros(NODES, NODES, dtype=features.dtype)
            for i in range(NODES):
                for n in to_neighs[i]:
                    mask[i, n] += 1
            mask = mask / mask.sum(1, keepdim=True)
            return mask.mm(features)

        def forward(self, features, to_neighs):
            neigh_feats = self.aggregate(features, to_neighs)
            combined = torch.cat([features, neigh_feats], dim=1)
            embeds = F.leaky_relu(self.encoder(combined), 0.2)
            return F.normalize(self.transform(embeds), dim=1)

    def loss(model, batch):
        embs = model(batch["features"], batch["neighbours"])
        u, v = embs[batch["pairs"][:, 0]], embs[batch["pairs"][:, 1]]
        neg = embs[batch["negatives"]]
        pos_score = F.logsigmoid((u * v).sum(dim=1))
        neg_score = F.logsigmoid(-torch.bmm(neg, u.unsqueeze(2)).squeeze(2)).mean(dim=1)
        return -(pos_score + WEIGHT * neg_score).mean()

    model = SupervisedEncoder()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.5, dampening=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class MeanAggregator(keras.Model):
        def __init__(self):
            super().__init__()
            self.own, self.around = layers.Dense(WIDTH, use_bias=False), layers.Dense(WIDTH, use_bias=False)
            self.out = layers.Dense(WIDTH)

        def call(self, features, neighbours):
            means = tf.reduce_mean(tf.gather(features, neighbours), axis=1)
            mixed = tf.nn.leaky_relu(self.own(features) + self.around(means), alpha=0.2)
            return tf.linalg.l2_normalize(self.out(mixed), axis=-1)

    def affinity(left, right):
        return tf.reduce_sum(left * right, axis=-1)

    def loss(model, batch):
        table = model(batch["features"], batch["neighbours"])
        first, second = (tf.gather(table, node) for node in tf.unstack(batch["pairs"], axis=1))
        others = tf.gather(table, batch["negatives"])
        together = tf.nn.softplus(-affinity(first, second))
        apart = tf.reduce_mean(tf.nn.softplus(affinity(first[:, None, :], others)), axis=1)
        return tf.reduce_mean(together + WEIGHT * apart)

    return MeanAggregator(), loss, SGD(0.3, momentum=0.5, dampening=0.1)
