"""Relations as turns (RotatE): entities are complex numbers, negatives weigh by their own scores,
triples by how often they are seen.
"""

import numpy as np

ENTITIES, RELATIONS, DIM, NEGATIVES, GAMMA, HEAT, EPSILON = 12, 4, 5, 6, 6.0, 1.5, 2.0
RANGE = (GAMMA + EPSILON) / DIM
WEIGHTS = {"entity.weight": "entity_embedding", "relation.weight": "relation_embedding"}


def batches(rng):
    for step in range(6):
        yield {
            "positive": np.stack([rng.integers(0, n, size=7) for n in (ENTITIES, RELATIONS, ENTITIES)], axis=1),
            "negative": rng.integers(0, ENTITIES, size=(7, NEGATIVES)),
            "weight": 1 / np.sqrt(rng.integers(4, 30, size=7)),
            "replaces_head": np.array([step % 2]),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    pi = 3.14159265358979323846

    class KGEModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.entity_embedding = nn.Parameter(torch.zeros(ENTITIES, 2 * DIM))
            nn.init.uniform_(tensor=self.entity_embedding, a=-RANGE, b=RANGE)
            self.relation_embedding = nn.Parameter(torch.zeros(RELATIONS, DIM))
            nn.init.uniform_(tensor=self.relation_embedding, a=-RANGE, b=RANGE)

        def forward(self, sample, mode="single"):
            if mode == "single":
                head = torch.index_select(self.entity_embedding, dim=0, index=sample[:, 0]).unsqueeze(1)
                relation = torch.index_select(self.relation_embedding, dim=0, index=sample[:, 1]).unsqueeze(1)
                tail = torch.index_select(self.entity_embedding, dim=0, index=sample[:, 2]).unsqueeze(1)
            else:
                positive, negative = sample
                size = negative.shape
                corrupt = torch.index_select(self.entity_embedding, dim=0, index=negative.reshape(-1)).view(*size, -1)
                relation = torch.index_select(self.relation_embedding, dim=0, index=positive[:, 1]).unsqueeze(1)
                kept = positive[:, 2] if mode == "head-batch" else positive[:, 0]
                kept = torch.index_select(self.entity_embedding, dim=0, index=kept).unsqueeze(1)
                head, tail = (corrupt, kept) if mode == "head-batch" else (kept, corrupt)
            return self.RotatE(head, relation, tail, mode)

        def RotatE(self, head, relation, tail, mode):
            re_head, im_head = torch.chunk(head, 2, dim=2)
            re_tail, im_tail = torch.chunk(tail, 2, dim=2)
            # Make phases of relations uniformly distributed in [-pi, pi]
            phase_relation = relation / (RANGE / pi)
            re_relation = torch.cos(phase_relation)
            im_relation = torch.sin(phase_relation)
            if mode == "head-batch":
                re_score = re_relation * re_tail + im_relation * im_tail
                im_score = re_relation * im_tail - im_relation * re_tail
                re_score = re_score - re_head
                im_score = im_score - im_head
            else:
                re_score = re_head * re_relation - im_head * im_relation
                im_score = re_head * im_relation + im_head * re_relation
                re_score = re_score - re_tail
                im_score = im_score - im_tail
            score = torch.stack([re_score, im_score], dim=0)
            score = score.norm(dim=0)
            return GAMMA - score.sum(dim=2)

    def loss(model, batch):
        mode = "head-batch" if int(batch["replaces_head"][0]) else "tail-batch"
        subsampling_weight = batch["weight"]
        negative_score = model((batch["positive"], batch["negative"]), mode=mode)
        # In self-adversarial sampling, we do not apply back-propagation on the sampling weight
        negative_score = (F.softmax(negative_score * HEAT, dim=1).detach() * F.logsigmoid(-negative_score)).sum(dim=1)
        positive_score = model(batch["positive"])
        positive_score = F.logsigmoid(positive_score).squeeze(dim=1)
        positive_sample_loss = -(subsampling_weight * positive_score).sum() / subsampling_weight.sum()
        negative_sample_loss = -(subsampling_weight * negative_score).sum() / subsampling_weight.sum()
        return (positive_sample_loss + negative_sample_loss) / 2

    model = KGEModel()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Turns(keras.Model):
        def __init__(self):
            super().__init__()
            uniform = keras.initializers.RandomUniform(-RANGE, RANGE)
            self.entity = layers.Embedding(ENTITIES, 2 * DIM, embeddings_initializer=uniform)
            self.relation = layers.Embedding(RELATIONS, DIM, embeddings_initializer=uniform)

        def numbers(self, ids):
            parts = self.entity(ids)
            return tf.complex(parts[..., :DIM], parts[..., DIM:])

        def call(self, heads, relations, tails):
            angle = self.relation(relations) * (np.pi / RANGE)
            turned = self.numbers(heads) * tf.exp(tf.complex(tf.zeros_like(angle), angle))
            # a turn leaves lengths alone: it does not matter which end is turned towards the other
            apart = tf.abs(turned - self.numbers(tails))
            return GAMMA - tf.reduce_sum(apart, axis=-1)

    def loss(model, batch):
        h, r, t = (column[:, None] for column in tf.unstack(batch["positive"], axis=1))
        swap = batch["replaces_head"][0] == 1
        same = tf.ones_like(batch["negative"])
        corrupt_heads = tf.where(swap, batch["negative"], h * same)
        corrupt_tails = tf.where(swap, t * same, batch["negative"])
        right = model(h, r, t)
        wrong = model(corrupt_heads, r, corrupt_tails)
        adversarial = tf.stop_gradient(tf.nn.softmax(HEAT * wrong, axis=-1))
        of_wrong = tf.reduce_sum(adversarial * tf.math.softplus(wrong), axis=-1)
        of_right = tf.math.softplus(-right)[:, 0]
        weight = batch["weight"] / tf.reduce_sum(batch["weight"])
        return 0.5 * tf.tensordot(weight, of_right + of_wrong, axes=1)

    return Turns(), loss, Adam(0.02)
