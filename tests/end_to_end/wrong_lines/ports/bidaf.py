"""Answers marked in a passage (BiDAF): attention both ways, the most relevant words, start and end by cross-entropy."""

import numpy as np

DIM, PASSAGE, QUESTION = 4, 7, 4


def batches(rng):
    for _ in range(5):
        length = rng.integers(4, PASSAGE + 1, size=5)
        start = rng.integers(0, 3, size=5)
        yield {
            "passage": rng.normal(size=(5, PASSAGE, 3)),
            "question": rng.normal(size=(5, QUESTION, 3)),
            "real": (np.arange(PASSAGE) < length[:, None]).astype(float),
            "start": start,
            "end": start + 1,
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class BiDAF(nn.Module):
        def __init__(self):
            super().__init__()
            self.encode = nn.Linear(3, DIM)
            self.att_c = nn.Linear(DIM, 1)
            self.att_q = nn.Linear(DIM, 1, bias=False)
            self.att_cq = nn.Linear(DIM, 1, bias=False)
            self.modeling = nn.Linear(4 * DIM, 5)
            self.p1 = nn.Linear(5, 1)
            self.p2 = nn.Linear(5, 1)

        def forward(self, c, q, mask):
            c, q = torch.tanh(self.encode(c)), torch.tanh(self.encode(q))
            cq = torch.stack([self.att_cq(c * q[:, i : i + 1]).squeeze(-1) for i in range(q.size(1))], dim=-1)
            s = self.att_c(c) + self.att_q(q).permute(0, 2, 1) + cq
            s = s.masked_fill(mask.unsqueeze(2) == 0, -1e30)
            a = F.softmax(s, dim=2)
            c2q = torch.bmm(a, q)
            b = F.softmax(torch.max(s, dim=2)[0], dim=1).unsqueeze(1)
            q2c = torch.bmm(b, c).expand(-1, c.size(1), -1)
            g = torch.cat([c, c2q, c * c2q, c * q2c], dim=-1)
            m = torch.relu(self.modeling(g))
            p1, p2 = self.p1(m).squeeze(-1), self.p2(m).squeeze(-1)
            return p1.masked_fill(mask == 0, -1e30), p2.masked_fill(mask == 0, -1e30)

    criterion = nn.CrossEntropyLoss()

    def loss(model, batch):
        p1, p2 = model(batch["passage"], batch["question"], batch["real"])
        return criterion(p1, batch["start"]) + criterion(p2, batch["end"])

    model = BiDAF()
    return model, loss, torch.optim.Adadelta(model.parameters(), lr=0.5, rho=0.9, eps=1e-6)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adadelta

    class BiDAF(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode = layers.Dense(DIM, activation="tanh")
            self.by_passage = layers.Dense(1)
            self.by_question = layers.Dense(1, use_bias=False)
            self.by_both = layers.Dense(1, use_bias=False)
            self.modeling = layers.Dense(5, activation="relu")
            self.start, self.end = layers.Dense(1), layers.Dense(1)

        def call(self, inputs):
            passage, question, real = inputs
            passage, question = self.encode(passage), self.encode(question)
            products = passage[:, :, None, :] * question[:, None, :, :]
            scores = self.by_both(products)[..., 0] + self.by_passage(passage)
            scores += tf.transpose(self.by_question(question), [0, 2, 1])
            scores = tf.where(real[:, :, None] > 0, scores, tf.constant(-1e30, scores.dtype))
            asked = tf.matmul(tf.nn.softmax(scores, axis=-1), question)
            relevance = tf.nn.softmax(tf.reduce_max(scores, axis=2), axis=-1)
            relevant = tf.einsum("bc,bcd->bd", relevance, passage)[:, None, :]
            merged = tf.concat([passage, asked, passage * asked, passage * relevant], axis=-1)
            modeled = self.modeling(merged)
            hidden = (1.0 - real) * -1e30
            return self.start(modeled)[..., 0] + hidden, self.end(modeled)[..., 0] + hidden

    def loss(model, batch):
        start, end = model([batch["passage"], batch["question"], batch["real"]])
        at_start = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["start"], start)
        at_end = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["end"], end)
        return tf.reduce_mean(at_start + at_end)

    return BiDAF(), loss, Adadelta(0.5, rho=0.9, epsilon=1e-6)
