"""nn.TransformerEncoderLayer normalises after the sum; most of today's ports normalise first.

Symptom: outputs differ from the first block on, with the same weights; no warm-up is needed in the port.
Cause: norm_first=False is the default, the order of Vaswani et al.; GPT-2, ViT and their like have the other.
Fix: norm(x + f(x)), not x + f(norm(x)).
Source: torch/nn/modules/transformer.py:113 (2.13)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 8))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"block": nn.Linear(8, 8), "norm": nn.LayerNorm(8)})

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model["norm"](x + torch.tanh(model["block"](x))), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda x, block, norm: x + block(norm(x)))


def tf_side_fixed():
    return _tf_side(lambda x, block, norm: norm(x + block(x)))


def _tf_side(residual):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"block": layers.Dense(8, "tanh"), "norm": layers.LayerNormalization(epsilon=1e-5)}

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((residual(x, model["block"], model["norm"]) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
