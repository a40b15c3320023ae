"""PyTorch's Adam counts the steps of each parameter, Keras' one count for all.

Symptom: equal until a layer joins the training late (unfrozen, or first used); that layer's first updates are then
    other than PyTorch's.
Cause: the bias correction takes the parameter's own count in PyTorch, from the first step that has a gradient for it;
    in Keras `iterations`, so a layer that joins late starts without correction, from moments of 0.
Fix: use tf_impl.optimizers.Adam, which counts for each variable; or give the layer an optimizer of its own.
Source: torch/optim/adam.py:396-404 (2.13); keras/src/optimizers/adam.py:106-117 (3.15)
"""

STAGE = "state"
EPSILON = 1e-20  # so small that it does not matter where it is added: see adam_eps_placement
BETAS = 0.75, 0.875  # float32 holds these exactly, as it does not 0.9 and 0.999
JOINS = 3  # the step at which the second layer begins to be trained


def batches(rng):
    for number in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] + x[:, 1:2], x[:, :1] * 0 + (number >= JOINS)


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleList([nn.Linear(4, 1), nn.Linear(4, 1)])

    def loss(model, batch):
        x, y, joined = batch
        prediction = model[0](x) + model[1](x) if joined.any() else model[0](x)
        return nn.functional.mse_loss(prediction, y)

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.05, betas=BETAS, eps=EPSILON)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adam(0.05, *BETAS, epsilon=EPSILON))


def tf_side_fixed():
    from tf_impl.optimizers import Adam

    return _tf_side(Adam(0.05, *BETAS, epsilon=EPSILON))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    first, second = layers.Dense(1), layers.Dense(1)
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [first(inputs), second(inputs)])

    def loss(model, batch):
        x, y, joined = batch
        prediction = sum(model(x)) if tf.reduce_any(joined > 0) else model(x)[0]
        return tf.reduce_mean((prediction - y) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return value

    return Side(model, loss, optimizer, step=step)
