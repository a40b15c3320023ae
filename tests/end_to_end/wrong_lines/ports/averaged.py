"""Stochastic weight averaging: a classifier with batch norm, a rate that falls to a plateau, and the mean of what it
visits there.
"""

import numpy as np

CLASSES, RATE, SWA_RATE, START, EVERY, STEPS = 3, 0.1, 0.02, 4, 2, 10


def batches(rng):
    for step in range(STEPS):
        yield {
            "features": rng.normal(size=(8, 5)),
            "target": rng.integers(0, CLASSES, size=8),
            "step": np.array([step]),
        }


def torch_side():
    import copy

    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(inplace=True), nn.Linear(8, CLASSES))
    swa_model = copy.deepcopy(model)
    criterion = nn.CrossEntropyLoss()

    def loss(model, batch):
        return criterion(model["net"](batch["features"]), batch["target"])

    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, weight_decay=1e-3)
    return {"net": model, "swa": swa_model}, loss, optimizer


def torch_step(side, batch):
    import torch

    epoch = int(batch["step"][0])

    def schedule(epoch):
        t = epoch / START
        lr_ratio = SWA_RATE / RATE
        if t <= 0.5:
            factor = 1.0
        elif t <= 0.9:
            factor = 1.0 - (1.0 - lr_ratio) * (t - 0.5) / 0.4
        else:
            factor = lr_ratio
        return RATE * factor

    def moving_average(net1, net2, alpha):
        with torch.no_grad():
            for param1, param2 in zip(net1.parameters(), net2.parameters(), strict=True):
                param1.data *= 1.0 - alpha
                param1.data += param2.data * alpha

    for param_group in side.optimizer.param_groups:
        param_group["lr"] = schedule(epoch)
    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    side.optimizer.step()
    if epoch >= START and (epoch - START) % EVERY == 0:
        swa_n = (epoch - START) // EVERY
        moving_average(side.model["swa"], side.model["net"], 1.0 / (swa_n + 1))
    return loss.detach()


def tf_side():
    import keras
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import SGD

    def classifier():
        hidden = [layers.Dense(8, use_bias=False), BatchNorm1d(), layers.Activation("relu")]
        return keras.Sequential([keras.Input((5,)), *hidden, layers.Dense(CLASSES)])

    nets = {"net": classifier(), "swa": classifier()}
    nets["swa"].set_weights(nets["net"].get_weights())
    objective = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch, training=True):
        return objective(batch["target"], model["net"](batch["features"], training=training))

    return nets, loss, SGD(RATE, momentum=0.9, weight_decay=1e-3)


def tf_step(side, batch):
    import tensorflow as tf

    net, mean, optimizer = side.model["net"], side.model["swa"], side.optimizer
    step = int(batch["step"][0])
    # flat, then down in a line between 0.5 and 0.9 of the way, then flat
    position = np.clip((step / START - 0.5) / 0.4, 0.0, 1.0)
    optimizer.learning_rate.assign(RATE + position * (SWA_RATE - RATE))

    def descend():
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch, training=True)
        optimizer.apply_gradients(zip(tape.gradient(value, net.trainable_variables), net.trainable_variables))
        return value

    def blend():
        if step < START or (step - START) % EVERY:
            return
        seen = (step - START) // EVERY
        for average, weight in zip(mean.trainable_variables, net.trainable_variables):
            average.assign((average * seen + weight) / (seen + 1))

    value = descend()
    blend()
    return value
