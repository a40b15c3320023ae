"""A GRU cell written by hand encodes a sequence and, with teacher forcing, decodes its target."""

LENGTH = 5


def batches(rng):
    for _ in range(6):
        x = rng.integers(1, 7, size=(5, LENGTH))
        yield {"x": x, "y": x[:, ::-1].copy()}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Cell(nn.Module):
        def __init__(self):
            super().__init__()
            self.x2h, self.h2h = nn.Linear(6, 24), nn.Linear(8, 24)

        def forward(self, x, h):
            x_r, x_z, x_n = self.x2h(x).chunk(3, dim=1)
            h_r, h_z, h_n = self.h2h(h).chunk(3, dim=1)
            r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
            n = torch.tanh(x_n + r * h_n)
            return (1 - z) * n + z * h

    class Seq2Seq(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.cell, self.head = nn.Embedding(7, 6), Cell(), nn.Linear(8, 7)

        def forward(self, x, y):
            h, seen = torch.zeros(len(x), 8), self.embed(x)
            for t in range(LENGTH):
                h = self.cell(seen[:, t], h)
            given = self.embed(F.pad(y[:, :-1], (1, 0)))
            states = []
            for t in range(LENGTH):
                h = self.cell(given[:, t], h)
                states.append(h)
            return self.head(torch.stack(states, dim=1))

    def loss(model, batch):
        logits = model(batch["x"], batch["y"])
        return F.cross_entropy(logits.reshape(-1, 7), batch["y"].reshape(-1))

    model = Seq2Seq()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class GruCell(layers.Layer):
        def __init__(self):
            super().__init__()
            self.from_input, self.from_state = layers.Dense(24), layers.Dense(24)

        def call(self, inputs, state):
            in_reset, in_update, in_new = tf.split(self.from_input(inputs), 3, axis=1)
            reset_h, update_h, new_h = tf.split(self.from_state(state), 3, axis=1)
            reset, update = tf.sigmoid(in_reset + reset_h), tf.sigmoid(in_update + update_h)
            candidate = tf.tanh(in_new + reset * new_h)
            return (1 - update) * candidate + update * state

    class Translator(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding, self.cell, self.out = layers.Embedding(7, 6), GruCell(), layers.Dense(7)

        def call(self, source, target):
            embedded = self.embedding(source)
            state = tf.zeros((tf.shape(source)[0], 8), embedded.dtype)
            for step in range(LENGTH):
                state = self.cell(embedded[:, step], state)
            teacher = tf.pad(target[:, :-1], [[0, 0], [1, 0]])
            words = self.embedding(teacher)
            outputs = []
            for step in range(LENGTH):
                state = self.cell(words[:, step], state)
                outputs.append(state)
            return self.out(tf.stack(outputs, axis=1))

    def loss(model, batch):
        scores = tf.reshape(model(batch["x"], batch["y"]), (-1, 7))
        labels = tf.reshape(batch["y"], (-1,))
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores))

    return Translator(), loss, Adam(0.02)
