"""A Keras schedule counts batches; PyTorch's scheduler is usually stepped once an epoch.

Symptom: the rate falls in the first epoch, as many times too fast as an epoch has batches.
Cause: scheduler.step() stands outside of PyTorch's loop over batches; a Keras schedule is a function of
    optimizer.iterations, which every batch moves on.
Fix: multiply all numbers of epochs by the batches of an epoch.
Source: torch/optim/lr_scheduler.py:592 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:162-175 (3.15)
"""

STAGE = "rate"
STEPS_PER_EPOCH = 2


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.3)
    made = 0

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    def step(side, batch):
        nonlocal made
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        made += 1
        if made % STEPS_PER_EPOCH == 0:
            scheduler.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(decay_steps=1):
    import keras
    import tensorflow as tf
    from keras import layers
    from keras.optimizers.schedules import ExponentialDecay

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(ExponentialDecay(0.1, decay_steps, 0.3, staircase=True))


def tf_side_fixed():
    return tf_side(decay_steps=1 * STEPS_PER_EPOCH)
