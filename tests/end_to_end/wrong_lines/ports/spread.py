"""Labels spread over a graph (APPNP): a network of each node, then rounds of neighbours with a way back,
in sparse form.
"""

import numpy as np

NODES, FEATURES, CLASSES, ROUNDS, TELEPORT, DECAY = 9, 6, 3, 4, 0.2, 5e-2


def batches(rng):
    for _ in range(5):
        pair = rng.permutation(NODES * NODES)[:16]
        edges = np.unique(
            np.concatenate([np.stack([pair // NODES, pair % NODES]), np.stack([pair % NODES, pair // NODES])], axis=1),
            axis=1,
        )
        edges = edges[:, edges[0] != edges[1]]
        padded = np.full((2, 32), NODES - 1)
        padded[:, : edges.shape[1]] = edges
        yield {
            "edges": padded,
            "real": (np.arange(32) < edges.shape[1]).astype(float),
            "x": (rng.uniform(size=(NODES, FEATURES)) < 0.4) + 0.1 * rng.normal(size=(NODES, FEATURES)),
            "y": rng.integers(0, CLASSES, size=NODES),
            "train": rng.permutation(NODES)[:6],
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def gcn_norm(edge_index, edge_weight, num_nodes):
        loop_index = torch.arange(0, num_nodes).unsqueeze(0).repeat(2, 1)
        edge_index = torch.cat([edge_index, loop_index], dim=1)
        edge_weight = torch.cat([edge_weight, edge_weight.new_ones(num_nodes)])
        row, col = edge_index[0], edge_index[1]
        deg = torch.zeros(num_nodes, dtype=edge_weight.dtype).scatter_add_(0, col, edge_weight)
        deg_inv_sqrt = deg.pow(-0.5)
        deg_inv_sqrt[deg_inv_sqrt == float("inf")] = 0
        return edge_index, deg_inv_sqrt[row] * edge_weight * deg_inv_sqrt[col]

    class APPNPNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.lin1 = nn.Linear(FEATURES, 8)
            self.lin2 = nn.Linear(8, CLASSES)

        def forward(self, x, edge_index, edge_weight):
            x = x / x.abs().sum(dim=-1, keepdim=True).clamp(min=1.0)
            x = F.relu(self.lin1(x))
            x = self.lin2(x)
            edge_index, norm = gcn_norm(edge_index, edge_weight, x.size(0))
            h = x
            for _ in range(ROUNDS):
                message = norm.view(-1, 1) * x.index_select(0, edge_index[0])
                x = torch.zeros_like(h).index_add_(0, edge_index[1], message)
                x = x * (1 - TELEPORT)
                x += TELEPORT * h
            return F.log_softmax(x, dim=1)

    def loss(model, batch):
        out = model(batch["x"], batch["edges"], batch["real"])
        train_mask = batch["train"]
        reg_loss = DECAY / 2 * torch.sum(model.lin1.weight**2)
        return F.nll_loss(out[train_mask], batch["y"][train_mask]) + reg_loss

    model = APPNPNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def normalised(edges, real):
        # a dense matrix, and its sparse form
        matrix = tf.tensor_scatter_nd_add(tf.eye(NODES, dtype=real.dtype), tf.transpose(edges), real)
        root = tf.math.rsqrt(tf.reduce_sum(matrix, axis=0))
        return tf.sparse.from_dense(root[:, None] * matrix * root[None, :])

    class Spread(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(8, activation="relu")
            self.out = layers.Dense(CLASSES)

        def call(self, x, edges, real):
            x = tf.math.divide_no_nan(x, tf.maximum(tf.norm(x, ord=1, axis=1, keepdims=True), 1.0))
            own = self.out(self.hidden(x))
            adjacency = normalised(edges, real)
            state = own
            for _ in range(ROUNDS):
                state = (1.0 - TELEPORT) * tf.sparse.sparse_dense_matmul(
                    adjacency, state, adjoint_a=True
                ) + TELEPORT * own
            return state

    def loss(model, batch):
        logits = tf.gather(model(batch["x"], batch["edges"], batch["real"]), batch["train"])
        labels = tf.gather(batch["y"], batch["train"])
        data = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        return data + DECAY * tf.nn.l2_loss(model.hidden.kernel)

    return Spread(), loss, Adam(0.02)
