"""A packed sequence ends at its last token; Keras runs over the padding unless it is given a mask.

Symptom: the last state differs for each sequence with padding, and for no other.
Cause: pack_padded_sequence hands over lengths; the padded tensor alone does not have them.
Fix: give the layer mask=tokens != 0.
Source: torch/nn/utils/rnn.py:26 (2.13); keras/src/layers/rnn/rnn.py:60 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        tokens = rng.integers(1, 10, size=(4, 6))
        tokens[:, 4:] = 0  # padding
        yield tokens, rng.normal(size=(4, 1))


def torch_side():
    import torch
    from torch import nn

    parts = {"embedding": nn.Embedding(10, 4), "rnn": nn.GRU(4, 5, batch_first=True), "out": nn.Linear(5, 1)}
    model = nn.ModuleDict(parts)

    def loss(model, batch):
        tokens, y = batch
        packed = nn.utils.rnn.pack_padded_sequence(model["embedding"](tokens), [4] * 4, batch_first=True)
        last = model["rnn"](packed)[1][0]
        return nn.functional.mse_loss(model["out"](last), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def tf_side():
    from keras import layers

    return _tf_side(layers.Embedding(10, 4))


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.Embedding(10, 4), use_mask=True)


def _tf_side(embedding, use_mask=False):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"embedding": embedding, "rnn": layers.GRU(5), "out": layers.Dense(1)}

    def loss(model, batch):
        tokens, y = batch
        mask = tokens != 0 if use_mask else None
        last = model["rnn"](model["embedding"](tokens), mask=mask)
        return tf.reduce_mean((model["out"](last) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.5)
