"""A pointer network: additive attention of a decoder over the inputs that are left, a step at a time."""

import numpy as np

LENGTH, WIDTH = 5, 6
WEIGHTS = {"pointer.v": "attn.v.T"}


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(6, LENGTH, 3))
        yield {"x": x, "order": np.argsort(x.sum(axis=2), axis=1)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.w1 = nn.Linear(WIDTH, WIDTH, bias=False)
            self.w2 = nn.Linear(WIDTH, WIDTH, bias=False)
            self.v = nn.Parameter(torch.rand(1, WIDTH))

        def forward(self, encoder_outputs, hidden, visited):
            energy = torch.tanh(self.w1(encoder_outputs) + self.w2(hidden).unsqueeze(1))
            scores = torch.matmul(energy, self.v.t()).squeeze(2)
            return scores.masked_fill(visited, -1e9)

    class PointerNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(3, WIDTH)
            self.attn = Attention()
            self.cell = nn.Linear(2 * WIDTH, WIDTH)

        def forward(self, x, order):
            outputs = torch.tanh(self.encoder(x))
            hidden = outputs.mean(dim=1)
            visited = torch.zeros(x.shape[:2], dtype=torch.bool)
            steps = []
            for t in range(LENGTH):
                scores = self.attn(outputs, hidden, visited)
                steps.append(scores)
                chosen = outputs[torch.arange(len(x)), order[:, t]]
                hidden = torch.tanh(self.cell(torch.cat([chosen, hidden], dim=1)))
                visited = visited.scatter(1, order[:, t : t + 1], True)
            return torch.stack(steps, dim=1)

    def loss(model, batch):
        logits = model(batch["x"], batch["order"])
        return F.cross_entropy(logits.reshape(-1, LENGTH), batch["order"].reshape(-1))

    model = PointerNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Pointer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.memory_layer = layers.Dense(WIDTH, use_bias=False)
            self.query_layer = layers.Dense(WIDTH, use_bias=False)
            self.v = self.add_weight(shape=(WIDTH, 1), name="v")

        def call(self, memory, query, taken):
            keys = self.memory_layer(memory)
            blended = tf.nn.tanh(keys + self.query_layer(query)[:, None, :])
            score = tf.einsum("btd,do->bt", blended, self.v)
            return tf.where(taken > 0, tf.constant(-1e9, score.dtype), score)

    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.embed = layers.Dense(WIDTH, activation="tanh")
            self.pointer = Pointer()
            self.recur = layers.Dense(WIDTH, activation="tanh")

        def call(self, x, order):
            memory = self.embed(x)
            state = tf.reduce_mean(memory, axis=1)
            hot = tf.one_hot(order, LENGTH, dtype=x.dtype)
            taken = tf.cumsum(hot, axis=1, exclusive=True)
            pointers = []
            for step in range(LENGTH):
                pointers.append(self.pointer(memory, state, taken[:, step]))
                picked = tf.einsum("bt,btd->bd", hot[:, step], memory)
                state = self.recur(tf.concat([picked, state], axis=-1))
            return tf.stack(pointers, axis=1)

    def loss(model, batch):
        pointed = model(batch["x"], batch["order"])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["order"], pointed)
        return tf.reduce_mean(losses)

    return Decoder(), loss, Adam(0.01)
