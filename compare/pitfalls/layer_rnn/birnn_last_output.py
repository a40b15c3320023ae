"""The last output of a bidirectional layer holds, in PyTorch, a backward state that has seen one step only.

Symptom: the forward half agrees, the backward half does not.
Cause: out[:, -1] is the backward direction at the last step; Keras returns it after the whole sequence.
Fix: return_sequences=True, and take the last step; or take h_n in PyTorch, which is what Keras returns.
Source: torch/nn/modules/rnn.py:48 (2.13); keras/src/layers/rnn/bidirectional.py:14 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, 6)), rng.normal(size=(4, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"rnn": nn.GRU(6, 4, batch_first=True, bidirectional=True), "out": nn.Linear(8, 1)})

    def loss(model, batch):
        x, y = batch
        last = model["rnn"](x)[0][:, -1]
        return nn.functional.mse_loss(model["out"](last), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.Bidirectional(layers.GRU(4)))


def tf_side_fixed():
    from keras import layers

    states = layers.Bidirectional(layers.GRU(4, return_sequences=True))
    return _tf_side(states, lambda states: states[:, -1])


def _tf_side(rnn, last=lambda states: states):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"rnn": rnn, "out": layers.Dense(1)}

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model["out"](last(model["rnn"](x))) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
