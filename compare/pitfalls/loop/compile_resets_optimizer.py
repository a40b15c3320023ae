"""Compiling again to unfreeze a layer, with a new optimizer, forgets the momentum.

Symptom: a jump where the layer is unfrozen: the other layers' momentum (or Adam's moments, and its count) begins anew.
Cause: in PyTorch requires_grad_(True) is enough, and the optimizer keeps its state; compile(SGD(...)) makes a new one.
Fix: one optimizer, built on all variables, kept through; None for what is frozen, as below, or hand the same optimizer
    to compile.
Source: keras/src/trainers/trainer.py:40 (3.15); torch/optim/sgd.py:357-364 (2.13)
"""

STAGE = "state"
UNFROZEN = 3  # the step from which the first layer is trained too


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.75)
    made = 0

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        nonlocal made
        model[0].requires_grad_(made >= UNFROZEN)
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        made += 1
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(anew=True):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    optimizer, made = keras.optimizers.SGD(0.05, momentum=0.75), 0

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        nonlocal made
        if anew and made == UNFROZEN:  # as model.compile(SGD(...)) does: nothing is left of the momentum
            for variable in optimizer.variables[2:]:
                variable.assign(tf.zeros_like(variable))
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        weights = model.trainable_variables if made >= UNFROZEN else model.layers[1].trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        made += 1
        return value

    optimizer.build(model.trainable_variables)
    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(anew=False)
