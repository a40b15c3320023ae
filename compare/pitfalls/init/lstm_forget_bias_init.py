"""An LSTM of Keras begins with a forget bias of 1, one of PyTorch with small random biases.

Symptom: Keras remembers from the first step on (the gate is at 0.73 in place of 0.5): long sequences are learned
    sooner. (The harness copies the weights: the port is equivalent, and settings.csv or a finding shows both.)
Cause: unit_forget_bias=True, which also sets the other biases to zero, whatever bias_initializer says.
Fix: unit_forget_bias=False, with the initializer of PyTorch's: uniform within 1 / sqrt(units), or here zeros.
Source: keras/src/layers/rnn/lstm.py:97,165-184 (3.15); torch/nn/modules/rnn.py:308-311 (2.13)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 6, 8)), rng.normal(size=(4, 6, 16))


def torch_side():
    import torch
    from torch import nn

    model = nn.LSTM(8, 16, batch_first=True)
    nn.init.zeros_(model.bias_ih_l0)
    nn.init.zeros_(model.bias_hh_l0).requires_grad_(False)  # one bias is enough, as in Keras

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x)[0], y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side()


def tf_side_fixed():
    return _tf_side(unit_forget_bias=False)


def _tf_side(**options):
    import keras
    import tensorflow as tf
    from keras import layers

    uniform = keras.initializers.RandomUniform
    model = layers.LSTM(
        16,
        return_sequences=True,
        kernel_initializer=uniform(-0.25, 0.25),  # 1 / sqrt(16), as PyTorch's begin
        recurrent_initializer=uniform(-0.25, 0.25),
        **options,
    )

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
