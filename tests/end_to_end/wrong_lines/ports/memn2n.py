"""Questions about stories (end-to-end memory): weighted words, two hops, the answer by the last memory's table."""

import numpy as np

VOCAB, DIM, WORDS, FACTS = 10, 4, 3, 5
WEIGHTS = {"tables.0": "tables.0.weight", "tables.1": "tables.1.weight", "tables.2": "tables.2.weight", "time": "TA"}
ENCODING = np.array(
    [[(1 - (w + 1) / WORDS) - (d + 1) / DIM * (1 - 2 * (w + 1) / WORDS) for d in range(DIM)] for w in range(WORDS)]
)


def batches(rng):
    for _ in range(5):
        yield {
            "story": rng.integers(1, VOCAB, size=(6, FACTS, WORDS)),
            "query": rng.integers(1, VOCAB, size=(6, WORDS)),
            "answer": rng.integers(1, VOCAB, size=6),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class MemN2N(nn.Module):
        def __init__(self):
            super().__init__()
            self.tables = nn.ModuleList([nn.Embedding(VOCAB, DIM) for _ in range(3)])
            self.TA = nn.Parameter(torch.randn(FACTS, DIM))

        def forward(self, story, query):
            encoding = torch.as_tensor(ENCODING, dtype=self.TA.dtype)
            u = (self.tables[0](query) * encoding).sum(1)
            for hop in range(2):
                m = (self.tables[hop](story) * encoding).sum(2) + self.TA
                c = (self.tables[hop + 1](story) * encoding).sum(2)
                p = F.softmax((m * u.unsqueeze(1)).sum(-1), dim=-1)
                o = (c * p.unsqueeze(-1)).sum(1)
                u = u + o
            return u @ self.tables[-1].weight.t()

    def loss(model, batch):
        return F.cross_entropy(model(batch["story"], batch["query"]), batch["answer"], reduction="sum")

    model = MemN2N()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import SGD

    class Memory(keras.Model):
        def __init__(self):
            super().__init__()
            normal = keras.initializers.RandomNormal(stddev=1.0)
            self.tables = [
                self.add_weight(shape=(VOCAB, DIM), initializer=normal, name=f"tables_{i}") for i in range(3)
            ]
            self.time = self.add_weight(shape=(FACTS, DIM), initializer=normal, name="time")

        def bag(self, hop, words):
            return tf.reduce_sum(tf.gather(self.tables[hop], words) * tf.constant(ENCODING, self.time.dtype), axis=-2)

        def call(self, inputs):
            story, query = inputs
            state = self.bag(0, query)
            for hop in range(2):
                keys = self.bag(hop, story) + self.time
                values = self.bag(hop + 1, story)
                attention = tf.nn.softmax(tf.einsum("bfd,bd->bf", keys, state))
                state += tf.einsum("bf,bfd->bd", attention, values)
            return tf.matmul(state, self.tables[2], transpose_b=True)

    def loss(model, batch):
        logits = model([batch["story"], batch["query"]])
        return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["answer"], logits))

    return Memory(), loss, SGD(0.01)
