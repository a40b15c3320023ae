"""A causal convolution, padded on the left, is ported with padding="same", which looks into the future.

Symptom: outputs are shifted by half a kernel; a model of sequences (TCN, WaveNet) learns suspiciously well.
Cause: the original pads (kernel - 1) * dilation on the left (or on both sides, and cuts the end off); "same" pads both.
Fix: Conv1D(..., padding="causal").
Source: keras/src/layers/convolutional/conv1d.py:24-30,136 (3.15); torch/nn/modules/conv.py:225 (2.13)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x", "y")


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(4, 2, 9)), "y": rng.normal(size=(4, 3, 9))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Conv1d(2, 3, 3, dilation=2)

    def loss(model, batch):
        return nn.functional.mse_loss(model(nn.functional.pad(batch["x"], (4, 0))), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side("same")


def tf_side_fixed():
    return _tf_side("causal")


def _tf_side(padding):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Conv1D(3, 3, dilation_rate=2, padding=padding)

    def loss(model, batch):
        return tf.reduce_mean((model(batch["x"]) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
