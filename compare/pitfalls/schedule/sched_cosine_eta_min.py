"""CosineAnnealingLR's eta_min is a rate, CosineDecay's alpha a fraction of the first rate.

Symptom: the rate falls further than in PyTorch, and training stalls towards its end.
Cause: Keras' lowest rate is alpha * initial_learning_rate; with the number of eta_min it is much too low.
Fix: alpha = eta_min / initial_learning_rate.
Source: torch/optim/lr_scheduler.py:1400-1418 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:695-703
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
    from torch.optim.lr_scheduler import CosineAnnealingLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=CosineAnnealingLR(optimizer, T_max=8, eta_min=0.02))


def tf_side():
    import keras
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(keras.optimizers.SGD(CosineDecay(0.1, 8, alpha=0.02)))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import CosineDecay

    return _tf_side(keras.optimizers.SGD(CosineDecay(0.1, 8, alpha=0.2)))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
