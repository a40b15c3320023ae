"""A graph convolution: messages along a list of edges, a symmetric normaliser, a loss over the labelled nodes only."""

import numpy as np

NODES = 10


def batches(rng):
    for _ in range(5):
        edges = np.stack([rng.integers(0, NODES, size=24), rng.integers(0, NODES, size=24)])
        train = rng.permutation(NODES) < 6
        yield {"x": rng.normal(size=(NODES, 4)), "edges": edges, "y": rng.integers(0, 3, size=NODES), "train": train}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class GCNConv(nn.Module):
        def __init__(self, into, out):
            super().__init__()
            self.lin = nn.Linear(into, out)

        def forward(self, x, edge_index):
            loops = torch.arange(len(x)).expand(2, -1)
            row, col = torch.cat([edge_index, loops], dim=1)
            deg = torch.zeros(len(x), dtype=x.dtype).scatter_add_(0, col, torch.ones_like(col, dtype=x.dtype))
            norm = deg.pow(-0.5)[row] * deg.pow(-0.5)[col]
            messages = norm[:, None] * self.lin(x)[row]
            return torch.zeros(len(x), messages.shape[1], dtype=x.dtype).index_add_(0, col, messages)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = GCNConv(4, 6), GCNConv(6, 3)

        def forward(self, x, edge_index):
            return self.conv2(F.elu(self.conv1(x, edge_index)), edge_index)

    def loss(model, batch):
        out = F.log_softmax(model(batch["x"], batch["edges"]), dim=1)
        return F.nll_loss(out[batch["train"]], batch["y"][batch["train"]])

    model = Net()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-2)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adam

    class GraphConvolution(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.project = keras.layers.Dense(units)

        def call(self, nodes, edges):
            itself = tf.range(NODES, dtype=edges.dtype)
            source = tf.concat([edges[0], itself], axis=0)
            target = tf.concat([edges[1], itself], axis=0)
            degree = tf.math.unsorted_segment_sum(tf.ones_like(target, nodes.dtype), target, NODES)
            scale = tf.math.rsqrt(degree)
            projected = scale[:, None] * self.project(nodes)
            received = tf.math.unsorted_segment_sum(tf.gather(projected, source), target, NODES)
            return scale[:, None] * received

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = GraphConvolution(6), GraphConvolution(3)

        def call(self, nodes, edges):
            hidden = keras.activations.elu(self.first(nodes, edges))
            return self.second(hidden, edges)

    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch):
        logits = model(batch["x"], batch["edges"])
        return entropy(tf.boolean_mask(batch["y"], batch["train"]), tf.boolean_mask(logits, batch["train"]))

    return Network(), loss, Adam(0.01, weight_decay=5e-2)
