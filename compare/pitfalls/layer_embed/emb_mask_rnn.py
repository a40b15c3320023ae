"""mask_zero=True makes every recurrent layer behind it skip the padding; PyTorch's runs over it.

Symptom: the last state differs for each sequence with padding, and for no other.
Cause: the mask goes on with the tensor by itself; torch code that hands over the padded tensor has none.
Fix: leave mask_zero out, or pack the sequences in PyTorch (rnn_padded_last).
Source: keras/src/layers/core/embedding.py:199 (3.15); https://github.com/keras-team/keras/issues/2728
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
        last = model["rnn"](model["embedding"](tokens))[0][:, -1]
        return nn.functional.mse_loss(model["out"](last), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def tf_side():
    from keras import layers

    return _tf_side(layers.Embedding(10, 4, mask_zero=True))


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.Embedding(10, 4))


def _tf_side(embedding):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"embedding": embedding, "rnn": layers.GRU(5), "out": layers.Dense(1)}

    def loss(model, batch):
        tokens, y = batch
        last = model["rnn"](model["embedding"](tokens))
        return tf.reduce_mean((model["out"](last) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.5)
