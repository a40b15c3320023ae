"""Speakers told apart (GE2E): utterances against centroids, their own without them, a learned scale and offset."""

SPEAKERS, UTTERANCES = 3, 4
WEIGHTS = {"scale": "w", "offset": "b"}


def batches(rng):
    for _ in range(5):
        yield {"mel": rng.normal(size=(SPEAKERS, UTTERANCES, 6))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class GE2E(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 5))
            self.w = nn.Parameter(torch.tensor(10.0))
            self.b = nn.Parameter(torch.tensor(-5.0))

        def forward(self, mel):
            return self.net(mel)

    def loss(model, batch):
        dvecs = F.normalize(model(batch["mel"]), dim=-1)
        centroids = dvecs.mean(dim=1)
        excluding = (dvecs.sum(dim=1, keepdim=True) - dvecs) / (UTTERANCES - 1)
        sims = F.cosine_similarity(dvecs.unsqueeze(2), centroids[None, None], dim=-1)
        own = F.cosine_similarity(dvecs, excluding, dim=-1)
        index = torch.arange(SPEAKERS)
        sims[index, :, index] = own
        sims = model.w * sims + model.b
        labels = index.repeat_interleave(UTTERANCES)
        return F.cross_entropy(sims.reshape(-1, SPEAKERS), labels)

    model = GE2E()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class GE2E(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(8, activation="relu")
            self.embed = layers.Dense(5)
            self.scale = self.add_weight(shape=(), initializer=keras.initializers.Constant(10.0), name="scale")
            self.offset = self.add_weight(shape=(), initializer=keras.initializers.Constant(-5.0), name="offset")

        def call(self, mel):
            return tf.math.l2_normalize(self.embed(self.hidden(mel)), axis=-1)

    def loss(model, batch):
        embedded = model(batch["mel"])
        total = tf.reduce_sum(embedded, axis=1)
        centroids = tf.math.l2_normalize(total / UTTERANCES, axis=-1)
        others = tf.math.l2_normalize((total[:, None] - embedded) / (UTTERANCES - 1), axis=-1)
        to_all = tf.einsum("sud,cd->suc", embedded, centroids)
        to_own = tf.reduce_sum(embedded * others, axis=-1)
        same = tf.eye(SPEAKERS, dtype=tf.bool)[:, None, :]
        similar = tf.where(same, to_own[:, :, None], to_all)
        logits = tf.reshape(model.scale * similar + model.offset, [-1, SPEAKERS])
        truth = tf.repeat(tf.range(SPEAKERS), UTTERANCES)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits))

    return GE2E(), loss, SGD(0.05)
