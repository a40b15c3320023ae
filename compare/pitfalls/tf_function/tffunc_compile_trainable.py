"""A layer that is frozen after compile() goes on training.

Symptom: equal until the layer is frozen; then it moves in the port and not in PyTorch. Unfreezing has no effect either.
    (The harness looks into steps eagerly, where it works, and says that the graph computes something else.)
Cause: the compiled training function has its list of variables from when it was made; `trainable` is read at compile.
Fix: compile() again after changing `trainable` (with the same optimizer: see compile_resets_optimizer).
Source: keras/src/backend/tensorflow/trainer.py:254 (3.15); keras/src/trainers/trainer.py:40 (3.15)
"""

STAGE = "update"
FROZEN = 20  # the step from which the first layer is frozen


def batches(rng):
    for _ in range(40):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    made = 0

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        nonlocal made
        model[0].requires_grad_(made < FROZEN)
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        made += 1
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(again=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    optimizer, made = keras.optimizers.SGD(0.1), 0
    model.compile(optimizer, "mse")

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        nonlocal made
        if made == FROZEN:
            model.layers[0].trainable = False
            if again:
                model.compile(optimizer, "mse")
        made += 1
        return float(model.train_on_batch(*batch))

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(again=True)
