"""Graph attention: scores of edges, a softmax among those that enter a node, two heads; labelled nodes count."""

import numpy as np

NODES, HEADS, WIDTH = 8, 2, 3
WEIGHTS = {"attend.a_to": "conv.att_dst", "attend.a_from": "conv.att_src"}


def batches(rng):
    for _ in range(5):
        edges = np.concatenate([rng.integers(0, NODES, size=(2, 18)), np.arange(NODES)[None].repeat(2, 0)], axis=1)
        yield {
            "x": rng.normal(size=(NODES, 4)),
            "edges": edges,
            "y": rng.integers(0, 3, size=NODES),
            "train": rng.permutation(NODES) < 5,
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def softmax(src, index, num_nodes):
        top = torch.full((num_nodes, src.shape[1]), -1e9, dtype=src.dtype)
        top = top.scatter_reduce(0, index[:, None].expand_as(src), src, "amax").detach()
        out = (src - top[index]).exp()
        total = torch.zeros(num_nodes, src.shape[1], dtype=src.dtype).index_add(0, index, out)
        return out / (total[index] + 1e-16)

    class GATConv(nn.Module):
        def __init__(self, into):
            super().__init__()
            self.lin = nn.Linear(into, HEADS * WIDTH, bias=False)
            self.att_src = nn.Parameter(torch.randn(HEADS, WIDTH))
            self.att_dst = nn.Parameter(torch.randn(HEADS, WIDTH))

        def forward(self, x, edge_index):
            src, dst = edge_index
            x = self.lin(x).view(-1, HEADS, WIDTH)
            alpha_src = (x * self.att_src).sum(dim=-1)
            alpha_dst = (x * self.att_dst).sum(dim=-1)
            alpha = F.leaky_relu(alpha_src[src] + alpha_dst[dst], 0.2)
            alpha = softmax(alpha, dst, len(x))
            messages = x[src] * alpha.unsqueeze(-1)
            out = torch.zeros_like(x).index_add(0, dst, messages)
            return out.flatten(1)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = GATConv(4)
            self.head = nn.Linear(HEADS * WIDTH, 3)

        def forward(self, x, edge_index):
            return self.head(F.elu(self.conv(x, edge_index)))

    def loss(model, batch):
        out = model(batch["x"], batch["edges"])
        return F.cross_entropy(out[batch["train"]], batch["y"][batch["train"]])

    model = Net()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class GraphAttention(layers.Layer):
        def __init__(self):
            super().__init__()
            self.project = layers.Dense(HEADS * WIDTH, use_bias=False)
            self.a_from = self.add_weight(shape=(HEADS, WIDTH), name="a_from")
            self.a_to = self.add_weight(shape=(HEADS, WIDTH), name="a_to")

        def call(self, nodes, edges):
            sender, receiver = edges[0], edges[1]
            h = tf.reshape(self.project(nodes), (-1, HEADS, WIDTH))
            to = tf.gather(tf.einsum("nhd,hd->nh", h, self.a_to), receiver)
            scores = tf.gather(tf.einsum("nhd,hd->nh", h, self.a_from), sender) + to
            scores = tf.nn.leaky_relu(scores, 0.2)
            weights = tf.exp(tf.clip_by_value(scores, -20.0, 20.0))
            norm = tf.math.unsorted_segment_sum(weights, receiver, NODES)
            weighted = weights[..., None] * tf.gather(h, sender)
            pooled = tf.math.unsorted_segment_sum(weighted, receiver, NODES)
            return tf.reshape(pooled / norm[..., None], (-1, HEADS * WIDTH))

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.attend = GraphAttention()
            self.classify = layers.Dense(3)

        def call(self, nodes, edges):
            return self.classify(tf.nn.elu(self.attend(nodes, edges)))

    def loss(model, batch):
        scores = model(batch["x"], batch["edges"])
        labels = tf.boolean_mask(batch["y"], batch["train"])
        chosen = tf.boolean_mask(scores, batch["train"])
        entropy = keras.losses.sparse_categorical_crossentropy(labels, chosen, from_logits=True)
        return tf.reduce_mean(entropy)

    return Network(), loss, Adam(0.01)
