"""reset_after=False is another GRU than PyTorch's.

Symptom: the candidate state differs a little from the first step on.
Cause: PyTorch, and Keras by default, apply the reset gate behind the recurrent product; reset_after=False before it.
Fix: leave reset_after=True.
Source: torch/nn/modules/rnn.py:1074 (2.13); keras/src/layers/rnn/gru.py:103 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, 6)), rng.normal(size=(4, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"rnn": nn.GRU(6, 4, batch_first=True), "out": nn.Linear(4, 1)})

    def loss(model, batch):
        x, y = batch
        last = model["rnn"](x)[0][:, -1]
        return nn.functional.mse_loss(model["out"](last), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.GRU(4, reset_after=False))


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.GRU(4))


def _tf_side(rnn, last=lambda states: states):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"rnn": rnn, "out": layers.Dense(1)}

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model["out"](last(model["rnn"](x))) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
