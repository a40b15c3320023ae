"""Sines and cosines alternate in most PyTorch code, and stand one half after the other in TensorFlow's.

Symptom: inputs of the first block are off from the second position on; trained from scratch both learn.
Cause: encoding[:, 0::2] = sin, [:, 1::2] = cos in the original; tf.concat([sin, cos], -1) in the port.
Fix: tf.reshape(tf.stack([sin, cos], -1), (time, width)).
Source: Vaswani et al. 2017, 3.5; tensor2tensor/layers/common_attention.py (get_timing_signal_1d)
"""

import numpy as np

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 8))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(8, 8)
    encoding = torch.zeros(6, 8, dtype=torch.float64)
    angles = torch.arange(6)[:, None] / 10000 ** (torch.arange(0, 8, 2, dtype=torch.float64) / 8)
    encoding[:, 0::2], encoding[:, 1::2] = angles.sin(), angles.cos()

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(torch.tanh(model(x + encoding.to(x.dtype))), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda angles: np.concatenate([np.sin(angles), np.cos(angles)], -1))


def tf_side_fixed():
    return _tf_side(lambda angles: np.stack([np.sin(angles), np.cos(angles)], -1).reshape(6, 8))


def _tf_side(encode):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(8)
    encoding = encode(np.arange(6)[:, None] / 10000 ** (np.arange(0, 8, 2) / 8))

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((tf.tanh(model(x + tf.constant(encoding, x.dtype))) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
