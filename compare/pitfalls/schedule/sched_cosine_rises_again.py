"""CosineAnnealingLR rises again after T_max; CosineDecay stays at its end.

Symptom: rates agree up to step T_max, then PyTorch's goes up to the first rate again and Keras' remains 0.
Cause: PyTorch's is a cosine without an end; Keras bounds the step by decay_steps.
Fix: T_max of the whole training in PyTorch, if it was an oversight; else tf_impl.schedules.CosineAnnealingLR.
Source: torch/optim/lr_scheduler.py:1338 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:573,736 (3.15)
"""

STAGE = "rate"


def batches(rng):
    for _ in range(10):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.lr_scheduler import CosineAnnealingLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=CosineAnnealingLR(optimizer, T_max=5))


def tf_side():
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(CosineDecay(0.1, 5))


def tf_side_fixed():
    from tf_impl.schedules import CosineAnnealingLR

    return _tf_side(CosineAnnealingLR(0.1, T_max=5))


def _tf_side(rate):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(rate)
