"""keras.ops.dot_product_attention has heads behind time; PyTorch's attention has them before it.

Symptom: it runs, and every head attends to the other heads of its own step.
Cause: PyTorch's arrays are (batch, heads, time, width), those of Keras (batch, time, heads, width).
Fix: transpose time and heads, there and back.
Source: torch/nn/functional.py scaled_dot_product_attention (2.13); keras/src/ops/nn.py:2862 (3.15)
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
        mixed = _in_heads(nn.functional.scaled_dot_product_attention, q, k, v)
        return nn.functional.mse_loss(model["out"](mixed.mean(dim=1)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    def attend(q, k, v):
        q, k, v = (tf.transpose(tf.reshape(each, (4, 5, 2, 4)), (0, 2, 1, 3)) for each in (q, k, v))
        mixed = keras.ops.dot_product_attention(q, k, v)
        return tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), (4, 5, 8))

    return _tf_side(attend)


def tf_side_fixed():
    import keras
    import tensorflow as tf

    def attend(q, k, v):
        q, k, v = (tf.reshape(each, (4, 5, 2, 4)) for each in (q, k, v))
        return tf.reshape(keras.ops.dot_product_attention(q, k, v), (4, 5, 8))

    return _tf_side(attend)


def _in_heads(attend, q, k, v):
    q, k, v = (each.reshape(4, 5, 2, 4).transpose(1, 2) for each in (q, k, v))
    return attend(q, k, v).transpose(1, 2).reshape(4, 5, 8)


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
