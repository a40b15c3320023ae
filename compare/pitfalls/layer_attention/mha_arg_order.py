"""Keras' attention is called with query, value, key; PyTorch's with query, key, value.

Symptom: keys and values change places; with equal sizes nothing complains.
Cause: three positional arguments were handed over in PyTorch's order.
Fix: name them: query=q, value=v, key=k.
Source: torch/nn/modules/activation.py:1089 (2.13); keras/src/layers/attention/multi_head_attention.py:610 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        yield (
            rng.normal(size=(4, 5, 8)),
            rng.normal(size=(4, 3, 8)),
            rng.normal(size=(4, 3, 8)),
            rng.normal(size=(4, 1)),
        )


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"attention": nn.MultiheadAttention(8, 2, batch_first=True), "out": nn.Linear(8, 1)})

    def loss(model, batch):
        q, k, v, y = batch
        mixed, _ = model["attention"](q, k, v)
        return nn.functional.mse_loss(model["out"](mixed.mean(dim=1)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda attention, q, k, v: attention(q, k, v))


def tf_side_fixed():
    return _tf_side(lambda attention, q, k, v: attention(query=q, value=v, key=k))


def _tf_side(attend):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"attention": layers.MultiHeadAttention(2, 4), "out": layers.Dense(1)}

    def loss(model, batch):
        q, k, v, y = batch
        mixed = attend(model["attention"], q, k, v)
        return tf.reduce_mean((model["out"](tf.reduce_mean(mixed, axis=1)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
