"""OneCycleLR begins at max_lr / 25 and rises along a cosine; a warm-up in Keras is a straight line from 0.

Symptom: the first step does nothing in Keras, the rate peaks at another step and at the end is 0.
Cause: PyTorch begins at max_lr / div_factor, peaks at step pct_start * total_steps - 1, follows a cosine in both
    phases, and ends at the first rate / final_div_factor. It also moves the momentum, unless cycle_momentum=False.
Fix: use tf_impl.schedules.OneCycleLR.
Source: torch/optim/lr_scheduler.py:2285-2610 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:705-711
    (3.15)
"""

STAGE = "rate"


def batches(rng):
    for _ in range(8):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.lr_scheduler import OneCycleLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = OneCycleLR(optimizer, max_lr=0.1, total_steps=10, cycle_momentum=False)
    return Side(model, loss, optimizer, schedule=schedule)


def tf_side():
    import keras
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(keras.optimizers.SGD(CosineDecay(0.0, decay_steps=7, warmup_target=0.1, warmup_steps=3)))


def tf_side_fixed():
    import keras

    from tf_impl.schedules import OneCycleLR

    return _tf_side(keras.optimizers.SGD(OneCycleLR(0.1, total_steps=10)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
