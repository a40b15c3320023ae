"""Keras gathers the gradients of two steps by itself, and its staircase of a schedule rounds to float32."""


def batches(rng):
    for _ in range(12):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    made = 0

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        nonlocal made
        value = loss(model, batch)
        (value / 2).backward()
        made += 1
        if made % 2 == 0:
            optimizer.step()
            decay.step()
            optimizer.zero_grad()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    return (
        model,
        loss,
        keras.optimizers.SGD(
            keras.optimizers.schedules.ExponentialDecay(0.01, 2, 0.9, staircase=True), gradient_accumulation_steps=2
        ),
    )
