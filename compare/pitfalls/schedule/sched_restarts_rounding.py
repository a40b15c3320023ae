"""CosineDecayRestarts misses some of its restarts by one step.

Symptom: at a restart the rate is 0 instead of the highest, for a single step; all else agrees.
Cause: Keras finds the number of the cycle as floor(log(...) / log(t_mul)), which rounding makes one too small at the
    first step of some cycles: in float64 with t_mul=10 at 111 * first_decay_steps, with 3 at 121 times as many; in
    float32 (a rate that is a Python float) with 2 at 8191 times as many.
Fix: use tf_impl.schedules.CosineAnnealingWarmRestarts, which counts whole steps.
Source: torch/optim/lr_scheduler.py:2170-2275 (2.13);
    keras/src/optimizers/schedules/learning_rate_schedule.py:859-885 (3.15)
"""

import numpy as np

STAGE = "rate"
RESUMED = 108  # the steps that were trained before


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD([{"params": model.parameters(), "initial_lr": 0.1}], lr=0.1)
    schedule = CosineAnnealingWarmRestarts(optimizer, T_0=1, T_mult=10)
    schedule.step(RESUMED)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return Side(model, loss, optimizer, schedule=schedule)


def tf_side():
    from keras.optimizers.schedules import CosineDecayRestarts

    return _tf_side(CosineDecayRestarts(np.float64(0.1), 1, t_mul=10.0))


def tf_side_fixed():
    from tf_impl.schedules import CosineAnnealingWarmRestarts

    return _tf_side(CosineAnnealingWarmRestarts(0.1, T_0=1, T_mult=10))


def _tf_side(rate):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    optimizer = keras.optimizers.SGD(rate)
    optimizer.iterations.assign(RESUMED)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
