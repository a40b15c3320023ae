"""A parameter without a gradient is skipped in PyTorch; with a gradient of 0 it still moves by its momentum.

Symptom: equal until a step that does not use a layer; there the layer stands still in PyTorch and moves on in the port.
Cause: since zero_grad sets gradients to None, PyTorch's optimizers skip what the loss did not use. A None replaced by
    zeros, unconnected_gradients=ZERO (which fails for Keras' variables) or a branch multiplied by 0 moves it on.
Fix: leave the None, which Keras' optimizers skip as well.
Source: torch/optim/optimizer.py:1024 (2.13); tensorflow/python/eager/backprop.py:960 (2.21)
"""

STAGE = "loss"


def batches(rng):
    for number in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] + x[:, 1:2], x[:, :1] * 0 + number % 2


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleList([nn.Linear(4, 1), nn.Linear(4, 1)])

    def loss(model, batch):
        x, y, odd = batch
        prediction = model[0](x) if odd.any() else model[0](x) + model[1](x)
        return nn.functional.mse_loss(prediction, y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.75)


def tf_side(zeros=True):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    first, second = layers.Dense(1), layers.Dense(1)
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [first(inputs), second(inputs)])

    def loss(model, batch):
        x, y, odd = batch
        prediction = model(x)[0] if tf.reduce_any(odd > 0) else sum(model(x))
        return tf.reduce_mean((prediction - y) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        weights = model.trainable_variables
        gradients = tape.gradient(value, weights)
        if zeros:
            pairs = zip(gradients, weights, strict=True)
            gradients = [tf.zeros_like(weight) if gradient is None else gradient for gradient, weight in pairs]
        side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return value

    return Side(model, loss, keras.optimizers.SGD(0.05, momentum=0.75), step=step)


def tf_side_fixed():
    return tf_side(zeros=False)
