"""True blocks in the mask of nn.MultiheadAttention, and lets through in that of Keras.

Symptom: every step attends to just what it should not see; the loss of a causal model falls far too well.
Cause: the two agreed on opposite senses of a boolean mask; scaled_dot_product_attention has Keras' sense.
Fix: hand over the negation of the mask.
Source: torch/nn/modules/activation.py:1089 (2.13); keras/src/layers/attention/multi_head_attention.py:89 (3.15);
    https://github.com/pytorch/pytorch/issues/21518
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, 8)), rng.normal(size=(4, 5, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"attention": nn.MultiheadAttention(8, 2, batch_first=True), "out": nn.Linear(8, 1)})

    def loss(model, batch):
        x, y = batch
        later = torch.ones(5, 5, dtype=torch.bool).triu(1)
        mixed, _ = model["attention"](x, x, x, attn_mask=later)
        return nn.functional.mse_loss(model["out"](x + mixed), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import numpy as np

    return _tf_side(~np.tri(5, dtype=bool) | np.eye(5, dtype=bool))  # a step sees itself, or nothing could be weighed


def tf_side_fixed():
    import numpy as np

    return _tf_side(np.tri(5, dtype=bool))


def _tf_side(mask):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"attention": layers.MultiHeadAttention(2, 4), "out": layers.Dense(1)}

    def loss(model, batch):
        x, y = batch
        mixed = model["attention"](x, x, attention_mask=mask[None])
        return tf.reduce_mean((model["out"](x + mixed) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
