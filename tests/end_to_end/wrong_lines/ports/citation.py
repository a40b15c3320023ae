"""Papers that cite each other (GCN, tkipf/pygcn): two graph convolutions, a few papers with known classes."""

import numpy as np

NODES, WORDS, HIDDEN, CLASSES = 9, 6, 8, 3
WEIGHTS = {"first.kernel": "gc1.weight", "first.bias": "gc1.bias", "second.kernel": "gc2.weight"}
WEIGHTS |= {"second.bias": "gc2.bias"}


def batches(rng):
    cited = (rng.uniform(size=(NODES, NODES)) < 0.3).astype(float)
    cited += np.eye(NODES, k=1)
    adjacency = np.minimum(np.triu(cited, 1) + np.triu(cited, 1).T, 1.0)
    for _ in range(6):
        known = np.sort(rng.choice(NODES, size=4, replace=False))
        features = rng.normal(size=(NODES, WORDS))
        yield {"x": features, "adjacency": adjacency, "y": rng.integers(0, CLASSES, NODES), "known": known}


def torch_side():
    import math

    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from torch.nn.parameter import Parameter

    class GraphConvolution(nn.Module):
        def __init__(self, in_features, out_features):
            super().__init__()
            self.weight = Parameter(torch.empty(in_features, out_features))
            self.bias = Parameter(torch.empty(out_features))
            stdv = 1.0 / math.sqrt(out_features)
            self.weight.data.uniform_(-stdv, stdv)
            self.bias.data.uniform_(-stdv, stdv)

        def forward(self, input, adj):
            support = torch.mm(input, self.weight)
            return torch.mm(adj, support) + self.bias

    def normalize(adj):
        adj = adj + torch.eye(adj.size(0), dtype=adj.dtype)
        d_inv_sqrt = adj.sum(1).pow(-0.5)
        return torch.diag(d_inv_sqrt) @ adj @ torch.diag(d_inv_sqrt)

    class GCN(nn.Module):
        def __init__(self):
            super().__init__()
            self.gc1 = GraphConvolution(WORDS, HIDDEN)
            self.gc2 = GraphConvolution(HIDDEN, CLASSES)

        def forward(self, x, adj):
            x = F.relu(self.gc1(x, adj))
            x = self.gc2(x, adj)
            return F.log_softmax(x, dim=1)

    def loss(model, batch):
        output = model(batch["x"], normalize(batch["adjacency"]))
        idx_train = batch["known"]
        return F.nll_loss(output[idx_train], batch["y"][idx_train])

    model = GCN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adam

    def within(units):
        bound = units**-0.5
        return keras.initializers.RandomUniform(-bound, bound)

    class GraphConv(keras.layers.Layer):
        def __init__(self, units, activation=None):
            super().__init__()
            self.units, self.activation = units, keras.activations.get(activation)

        def build(self, shapes):
            features = shapes[0][-1]
            self.kernel = self.add_weight(shape=(features, self.units), initializer=within(self.units), name="kernel")
            self.bias = self.add_weight(shape=(self.units,), initializer=within(self.units), name="bias")

        def call(self, inputs):
            nodes, support = inputs
            gathered = tf.matmul(support, nodes)
            return self.activation(tf.matmul(gathered, self.kernel) + self.bias)

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = GraphConv(HIDDEN, "relu"), GraphConv(CLASSES)

        def call(self, nodes, support):
            return self.second([self.first([nodes, support]), support])

    def renormalised(adjacency):
        looped = adjacency + tf.eye(NODES, dtype=adjacency.dtype)
        degree = tf.reduce_sum(looped, axis=1)
        return looped * tf.math.rsqrt(degree)[:, None] * tf.math.rsqrt(degree)[None, :]

    def loss(model, batch):
        scores = model(batch["x"], renormalised(batch["adjacency"]))
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["y"], logits=scores)
        mask = tf.reduce_sum(tf.one_hot(batch["known"], NODES, dtype=each.dtype), axis=0)
        mask /= tf.reduce_mean(mask)
        return tf.reduce_mean(each * mask)

    return Network(), loss, Adam(0.01, weight_decay=5e-4)
