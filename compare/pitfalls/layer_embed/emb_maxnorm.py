"""nn.Embedding(max_norm) shortens the rows that it looks up; the constraint MaxNorm shortens columns, after an update.

Symptom: outputs are too large from the first step on; and the norms of rows are never limited.
Cause: max_norm changes the table in place, before the look-up; embeddings_constraint acts on the whole table when an
    optimizer has moved it, along axis=0, which is each feature over all tokens.
Fix: shorten the rows that occur before they are looked up, as below.
Source: torch/nn/functional.py:2500,2605-2614 (2.13); keras/src/constraints/constraints.py:81-116 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        yield rng.integers(0, 10, (8, 3)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"embedding": nn.Embedding(10, 4, max_norm=1.0), "out": nn.Linear(4, 1)})

    def loss(model, batch):
        tokens, y = batch
        return nn.functional.mse_loss(model["out"](model["embedding"](tokens).sum(1)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    from keras import layers

    return _tf_side(layers.Embedding(10, 4, embeddings_constraint=keras.constraints.MaxNorm(1.0)))


def tf_side_fixed():
    import tensorflow as tf
    from keras import layers

    class Embedding(layers.Embedding):
        def call(self, tokens):
            norms = tf.norm(self.embeddings, axis=1, keepdims=True)
            occurs = tf.reduce_any(
                tf.range(self.input_dim)[:, None] == tf.cast(tf.reshape(tokens, (1, -1)), tf.int32), 1
            )
            shortened = tf.where(occurs[:, None] & (norms > 1.0), self.embeddings / (norms + 1e-7), self.embeddings)
            self.embeddings.assign(tf.stop_gradient(shortened))
            return super().call(tokens)

    return _tf_side(Embedding(10, 4))


def _tf_side(embedding):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"embedding": embedding, "out": layers.Dense(1)}

    def loss(model, batch):
        tokens, y = batch
        return tf.reduce_mean((model["out"](tf.reduce_sum(model["embedding"](tokens), 1)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
