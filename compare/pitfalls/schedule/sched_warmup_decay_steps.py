"""CosineDecay's decay_steps are counted after the warm-up.

Symptom: the rate falls too slowly after the warm-up, and is far from 0 when training ends.
Cause: Keras' schedule lasts warmup_steps + decay_steps; the usual PyTorch warm-up counts it in the total.
Fix: decay_steps = total steps - warm-up steps.
Source: keras/src/optimizers/schedules/learning_rate_schedule.py:733-754 (3.15); torch/optim/lr_scheduler.py:1082 (2.13)
"""

STAGE = "rate"
TOTAL = 8  # steps, 3 of them the warm-up


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import math

    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def factor(step):
        return step / 3 if step < 3 else (1 + math.cos(math.pi * (step - 3) / (TOTAL - 3))) / 2

    return Side(model, loss, optimizer, schedule=torch.optim.lr_scheduler.LambdaLR(optimizer, factor))


def tf_side():
    import keras
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(keras.optimizers.SGD(CosineDecay(0.0, TOTAL, warmup_target=0.1, warmup_steps=3)))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(keras.optimizers.SGD(CosineDecay(0.0, TOTAL - 3, warmup_target=0.1, warmup_steps=3)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
