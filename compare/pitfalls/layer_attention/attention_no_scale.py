"""keras.layers.Attention does not divide by the root of the width; PyTorch's attention does.

Symptom: attention is sharper than in PyTorch, the more the wider the model.
Cause: use_scale=False by default, and use_scale=True is a number that is trained; scaled_dot_product_attention divides.
Fix: multiply the query by width ** -0.5 first.
Source: torch/nn/functional.py scaled_dot_product_attention (2.13); keras/src/layers/attention/attention.py:9 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, 6)), rng.normal(size=(4, 1))


def torch_side():
    import torch
    from torch import nn

    projections = {name: nn.Linear(6, 8) for name in ("query", "key", "value")}
    model = nn.ModuleDict({**projections, "out": nn.Linear(8, 1)})

    def loss(model, batch):
        x, y = batch
        q, k, v = (model[name](x) for name in ("query", "key", "value"))
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        return nn.functional.mse_loss(model["out"](mixed.mean(dim=1)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    attention = layers.Attention()
    return _tf_side(lambda q, k, v: attention([q, v, k]))


def tf_side_fixed():
    from keras import layers

    attention = layers.Attention()
    return _tf_side(lambda q, k, v: attention([q * 8**-0.5, v, k]))


def _tf_side(attend):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {name: layers.Dense(8) for name in ("query", "key", "value")} | {"out": layers.Dense(1)}

    def loss(model, batch):
        x, y = batch
        q, k, v = (model[name](x) for name in ("query", "key", "value"))
        return tf.reduce_mean((model["out"](tf.reduce_mean(attend(q, k, v), axis=1)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
