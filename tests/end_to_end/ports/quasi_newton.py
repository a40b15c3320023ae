"""L-BFGS with a memory of one step: torch.optim's with a closure, and in TensorFlow its formula, with no optimizer."""

import numpy as np

STEPS_PER_EPOCH = 4
RATE = 0.1
MEMORY = {}


def batches(rng):
    x = rng.normal(size=(64, 6))
    y = x @ rng.normal(size=(6, 1)) + 0.1 * rng.normal(size=(64, 1))
    for _ in range(16):
        yield {"x": x, "y": y}


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(6, 1)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"]), batch["y"])

    return model, loss, torch.optim.LBFGS(model.parameters(), lr=RATE, max_iter=1, history_size=1)


def torch_step(side, batch):
    def closure():
        side.optimizer.zero_grad()
        loss = side.loss(side.model, batch)
        loss.backward()
        return loss

    return side.optimizer.step(closure).detach()


def tf_side():
    import keras
    import tensorflow as tf

    MEMORY.clear()  # of the run before
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch["x"]) - batch["y"]) ** 2)

    return model, loss, None


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss = side.loss(side.model, batch)
    gradient = np.concatenate([each.numpy().ravel() for each in tape.gradient(loss, variables)])
    start, step = 0, _step(gradient)
    for variable in variables:
        size = int(np.prod(variable.shape))
        variable.assign_add(step[start : start + size].reshape(variable.shape))
        start += size
    return loss


def _step(gradient):
    """The step of one iteration; the first is shortened, as torch.optim's is."""
    if not MEMORY:
        step = -min(1.0, 1 / np.abs(gradient).sum()) * RATE * gradient
    else:
        change, last = gradient - MEMORY["gradient"], MEMORY["step"]
        product = change @ last
        part = last @ -gradient / product
        direction = (-gradient - part * change) * product / (change @ change)
        step = RATE * (direction + last * (part - change @ direction / product))
    MEMORY.update(gradient=gradient, step=step)
    return step
