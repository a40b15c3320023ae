"""go_backwards=True returns its outputs in the order in which it read: the last step first.

Symptom: outputs at each step belong to another; a bidirectional layer that is put together by hand mixes them up.
Cause: the original flips the outputs back, as nn.GRU(bidirectional=True) does; only Bidirectional of Keras does so too.
Fix: tf.reverse(outputs, [1]), or layers.Bidirectional.
Source: keras/src/layers/rnn/rnn.py:47-49,354 (3.15); keras/src/layers/rnn/bidirectional.py:252 (3.15)
"""

STAGE = "loss"
WEIGHTS = {
    "weight_ih": "weight_ih_l0",
    "weight_hh": "weight_hh_l0",
    "bias_ih": "bias_ih_l0",
    "bias_hh": "bias_hh_l0",
}


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(4, 6, 3)), rng.normal(size=(4, 6, 5))


def torch_side():
    import torch
    from torch import nn

    model = nn.GRU(3, 5, batch_first=True)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x.flip(1))[0].flip(1), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda outputs: outputs)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda outputs: tf.reverse(outputs, [1]))


def _tf_side(in_order):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.GRU(5, return_sequences=True, go_backwards=True)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((in_order(model(x)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
