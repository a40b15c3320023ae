"""The loss scale begins at 65536 in PyTorch, at 32768 in Keras: another first steps are skipped.

Symptom: one side leaves its first step out (or one after each doubling), and is a step behind from then on.
Cause: a gradient that overflows float16 at one scale and not at the other is skipped on one side only.
Fix: LossScaleOptimizer(initial_scale=65536); both double after 2000 good steps.
    Here the gradients are rounded to float16 by hand, so that it shows without a GPU.
Source: torch/amp/grad_scaler.py:126 (2.13); keras/src/optimizers/loss_scale_optimizer.py:49 (3.15)
"""

STAGE = "update"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] + 0.7


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 1))
    optimizer, scaler = torch.optim.SGD(model.parameters(), lr=0.1), torch.amp.GradScaler("cpu")

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch)
        scaler.scale(value).backward()
        for parameter in model.parameters():
            parameter.grad = parameter.grad.half().to(parameter.dtype)
        scaler.step(optimizer)
        scaler.update()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(**scale):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(1)])
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), **scale)

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
            scaled = optimizer.scale_loss(value)
        weights = model.trainable_variables
        halved = [tf.cast(tf.cast(each, tf.float16), each.dtype) for each in tape.gradient(scaled, weights)]
        optimizer.apply_gradients(zip(halved, weights, strict=True))
        return value

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(initial_scale=65536.0)
