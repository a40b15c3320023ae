"""key_padding_mask has no counterpart of its own in Keras: without an attention_mask, the padding is attended to.

Symptom: outputs of sentences with padding differ, those of full length agree.
Cause: Keras finds a mask only where an Embedding(mask_zero=True) has sent one along.
Fix: attention_mask=real[:, None, :], with True where PyTorch's mask has False.
Source: torch/nn/modules/activation.py:1284 (2.13); keras/src/layers/attention/multi_head_attention.py:89 (3.15)
"""

import numpy as np

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        real = np.arange(6) < rng.integers(2, 6, (4, 1))
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 8)), real


def torch_side():
    import torch
    from torch import nn

    model = nn.MultiheadAttention(8, 2, batch_first=True)

    def loss(model, batch):
        x, y, real = batch
        mixed, _ = model(x, x, x, key_padding_mask=~real)
        return nn.functional.mse_loss(mixed, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda attention, x, real: attention(x, x))


def tf_side_fixed():
    return _tf_side(lambda attention, x, real: attention(x, x, attention_mask=real[:, None]))


def _tf_side(attend):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.MultiHeadAttention(2, 4)

    def loss(model, batch):
        x, y, real = batch
        return tf.reduce_mean((attend(model, x, real) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
