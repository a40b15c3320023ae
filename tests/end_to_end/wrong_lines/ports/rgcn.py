"""Relations (R-GCN): messages by relation from a basis of matrices, means over the neighbours of each relation,
triples scored by DistMult.
"""

NODES, RELATIONS, BASES, EDGES, DIM = 9, 3, 2, 24, 6
WEIGHTS = {"table": "entity_embedding.weight", "relation": "relation_embedding"}
WEIGHTS |= {
    f"graph_{i}.{ours}": f"conv{i}.{theirs}"
    for i in (1, 2)
    for ours, theirs in (("basis", "weight"), ("mixing", "comp"), ("own", "root"), ("bias", "bias"))
}


def batches(rng):
    for _ in range(5):
        yield {
            "edge_index": rng.integers(0, NODES, size=(2, EDGES)),
            "edge_type": rng.integers(0, RELATIONS, size=EDGES),
            "samples": rng.integers(0, NODES, size=(10, 2)),
            "relations": rng.integers(0, RELATIONS, size=10),
            "labels": rng.integers(0, 2, size=10).astype(float),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class RGCNConv(nn.Module):
        def __init__(self, in_channels, out_channels):
            super().__init__()
            self.weight = nn.Parameter(torch.empty(BASES, in_channels, out_channels))
            self.comp = nn.Parameter(torch.empty(RELATIONS, BASES))
            self.root = nn.Parameter(torch.empty(in_channels, out_channels))
            self.bias = nn.Parameter(torch.zeros(out_channels))
            for parameter in (self.weight, self.comp, self.root):
                nn.init.normal_(parameter, std=0.4)

        def forward(self, x, edge_index, edge_type):
            weight = (self.comp @ self.weight.view(BASES, -1)).view(RELATIONS, *self.weight.shape[1:])
            out = torch.zeros(x.size(0), weight.size(2), dtype=x.dtype)
            for i in range(RELATIONS):
                src, dst = edge_index[:, edge_type == i]
                h = torch.zeros_like(x).index_add_(0, dst, x[src])
                count = torch.zeros(x.size(0), dtype=x.dtype).index_add_(0, dst, torch.ones_like(dst, dtype=x.dtype))
                h = h / count.clamp(min=1).unsqueeze(1)
                out = out + h @ weight[i]
            out = out + x @ self.root
            return out + self.bias

    class RGCN(nn.Module):
        def __init__(self):
            super().__init__()
            self.entity_embedding = nn.Embedding(NODES, DIM)
            self.relation_embedding = nn.Parameter(torch.empty(RELATIONS, DIM))
            nn.init.normal_(self.relation_embedding, std=0.7)
            self.conv1 = RGCNConv(DIM, DIM)
            self.conv2 = RGCNConv(DIM, DIM)

        def forward(self, edge_index, edge_type):
            x = self.entity_embedding.weight
            x = F.relu(self.conv1(x, edge_index, edge_type))
            return self.conv2(x, edge_index, edge_type)

        def distmult(self, embedding, samples, relations):
            s = embedding[samples[:, 0]]
            r = self.relation_embedding[relations]
            o = embedding[samples[:, 1]]
            return torch.sum(s * r * o, dim=1)

        def reg_loss(self, embedding):
            return torch.mean(embedding.pow(2)) + torch.mean(self.relation_embedding.pow(2))

    def loss(model, batch):
        embedding = model(batch["edge_index"], batch["edge_type"])
        score = model.distmult(embedding, batch["samples"], batch["relations"])
        return F.binary_cross_entropy_with_logits(score, batch["labels"]) + 0.01 * model.reg_loss(embedding)

    model = RGCN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), 0.3)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def adjacency(pairs, kinds, dtype):
        # a dense (relation, receiver, sender): each row sums to one, or to nothing
        flat = (kinds * NODES + pairs[1]) * NODES + pairs[0]
        counts = tf.math.unsorted_segment_sum(tf.ones_like(flat, dtype=dtype), flat, RELATIONS * NODES * NODES)
        counts = tf.reshape(counts, (RELATIONS, NODES, NODES))
        return tf.math.divide_no_nan(counts, tf.reduce_sum(counts, axis=2, keepdims=True))

    class Relational(layers.Layer):
        def __init__(self, activation=None):
            super().__init__()
            self.activation = keras.activations.get(activation)

        def build(self, shape):
            normal = keras.initializers.RandomNormal(stddev=0.4)
            self.basis = self.add_weight(shape=(BASES, DIM, DIM), initializer=normal, name="basis")
            self.mixing = self.add_weight(shape=(RELATIONS, BASES), initializer=normal, name="mixing")
            self.own = self.add_weight(shape=(DIM, DIM), initializer=normal, name="own")
            self.bias = self.add_weight(shape=(DIM,), initializer="zeros", name="bias")

        def call(self, x, matrix):
            # first into each basis, then what a relation takes of it from its neighbours
            in_basis = tf.einsum("nd,bdo->bno", x, self.basis)
            neighbours = tf.einsum("rmn,bno->rbmo", matrix, in_basis)
            received = tf.einsum("rb,rbmo->mo", self.mixing, neighbours)
            return self.activation(received + tf.matmul(x, self.own) + self.bias)

    class Linker(keras.Model):
        def __init__(self):
            super().__init__()
            unit, normal = keras.initializers.RandomNormal(stddev=1.0), keras.initializers.RandomNormal(stddev=0.7)
            self.table = self.add_weight(shape=(NODES, DIM), initializer=unit, name="table")
            self.relation = self.add_weight(shape=(RELATIONS, DIM), initializer=normal, name="relation")
            self.graph_1, self.graph_2 = Relational("relu"), Relational()

        def call(self, pairs, kinds):
            matrix = adjacency(pairs, kinds, self.table.dtype)
            return self.graph_2(self.graph_1(tf.convert_to_tensor(self.table), matrix), matrix)

    def loss(model, batch):
        nodes = model(batch["edge_index"], batch["edge_type"])
        ends = tf.gather(nodes, batch["samples"])
        ends = tf.reduce_prod(ends, axis=1)
        scores = tf.einsum("nd,nd->n", ends, tf.gather(model.relation, batch["relations"]))
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=batch["labels"], logits=scores)
        size = tf.reduce_mean(tf.square(nodes)) + tf.reduce_mean(tf.square(model.relation))
        return tf.reduce_mean(entropy) + 0.01 * size

    return Linker(), loss, Adam(0.01)


def tf_step(side, batch):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    variables = side.model.trainable_variables
    gradients = [tf.convert_to_tensor(g) for g in tape.gradient(value, variables)]
    norm = tf.linalg.global_norm(gradients)
    # PyTorch's: never up, and a millionth beside the norm
    factor = tf.minimum(1.0, 0.3 / (norm + 1e-6))
    side.optimizer.apply_gradients([(g * factor, v) for g, v in zip(gradients, variables)])
    return value
