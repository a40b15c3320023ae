"""Graphs sorted by a GIN: messages along directed edges, a learned epsilon, batch norm, a sum over each graph."""

import numpy as np

NODES, GRAPHS = 12, 3
WEIGHTS = {"own.0": "convs.0.eps", "own.1": "convs.1.eps"}


def batches(rng):
    for _ in range(5):
        yield {
            "x": rng.normal(size=(NODES, 4)),
            "edges": rng.integers(0, 4, size=(2, 18)) + 4 * np.repeat(np.arange(GRAPHS), 6),
            "graph": np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]),
            "label": rng.integers(0, 2, size=GRAPHS),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class GINConv(nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.eps = nn.Parameter(torch.tensor(0.2))
            self.nn = nn.Sequential(nn.Linear(inputs, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 5))

        def forward(self, x, edge_index):
            source, target = edge_index
            aggregated = torch.zeros_like(x).index_add(0, target, x[source])
            return self.nn((1 + self.eps) * x + aggregated)

    class GIN(nn.Module):
        def __init__(self):
            super().__init__()
            self.convs = nn.ModuleList([GINConv(4), GINConv(5)])
            self.classify = nn.Linear(5, 2)

        def forward(self, x, edge_index, batch):
            for conv in self.convs:
                x = F.relu(conv(x, edge_index))
            pooled = x.new_zeros(GRAPHS, 5).index_add(0, batch, x)
            return self.classify(pooled)

    def loss(model, batch):
        return F.cross_entropy(model(batch["x"], batch["edges"], batch["graph"]), batch["label"])

    model = GIN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import Adam

    class GIN(keras.Model):
        def __init__(self):
            super().__init__()
            start = keras.initializers.Constant(0.2)
            self.own = [self.add_weight(shape=(), initializer=start, name=f"own_{i}") for i in range(2)]
            self.hidden = [layers.Dense(5) for _ in range(2)]
            self.norms = [BatchNorm1d() for _ in range(2)]
            self.outputs_ = [layers.Dense(5, activation="relu") for _ in range(2)]
            self.head = layers.Dense(2)

        def call(self, inputs, training=False):
            x, edges, graph = inputs
            for own, hidden, norm, output in zip(self.own, self.hidden, self.norms, self.outputs_):
                messages = tf.gather(x, edges[0])
                heard = tf.math.unsorted_segment_sum(messages, edges[1], tf.shape(x)[0])
                x = output(tf.nn.relu(norm(hidden((1.0 + own) * x + heard), training=training)))
            return self.head(tf.math.segment_sum(x, graph))

    def loss(model, batch, training):
        logits = model([batch["x"], batch["edges"], batch["graph"]], training=training)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"], logits))

    return GIN(), loss, Adam(5e-3)
