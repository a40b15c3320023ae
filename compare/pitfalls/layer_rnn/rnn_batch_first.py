"""PyTorch's recurrent layers read (time, batch, features) unless batch_first=True; Keras' always read batch first.

Symptom: it runs, and goes on from example to example instead of from step to step.
Cause: batch_first=False is the default, and the port hands over the same array.
Fix: transpose the first two axes, there and back.
Source: torch/nn/modules/rnn.py:67 (2.13); keras/src/layers/rnn/rnn.py:13 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, 6)), rng.normal(size=(4, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"rnn": nn.GRU(6, 4), "out": nn.Linear(4, 1)})

    def loss(model, batch):
        x, y = batch
        last = model["rnn"](x)[0].mean(dim=1)
        return nn.functional.mse_loss(model["out"](last), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.GRU(4, return_sequences=True), _mean)


def tf_side_fixed():
    import keras
    import tensorflow as tf
    from keras import layers

    class TimeFirst(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.rnn = layers.GRU(4, return_sequences=True)

        def call(self, x):
            return tf.transpose(self.rnn(tf.transpose(x, (1, 0, 2))), (1, 0, 2))

    return _tf_side(TimeFirst(), _mean)


def _mean(states):
    import tensorflow as tf

    return tf.reduce_mean(states, axis=1)


def _tf_side(rnn, last=lambda states: states):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"rnn": rnn, "out": layers.Dense(1)}

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model["out"](last(model["rnn"](x))) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
