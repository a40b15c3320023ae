"""PiecewiseConstantDecay changes the rate one step later than MultiStepLR.

Symptom: equal but for the step at each milestone, which takes the old rate in Keras: ten times too far.
Cause: Keras keeps a value up to and including the boundary (step <= boundary); PyTorch's rate is new at the milestone.
Fix: give boundaries that are one less than the milestones.
Source: torch/optim/lr_scheduler.py:746-751 (2.13); keras/src/optimizers/schedules/learning_rate_schedule.py:275-292
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
    from torch.optim.lr_scheduler import MultiStepLR

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return Side(model, loss, optimizer, schedule=MultiStepLR(optimizer, milestones=[3, 6], gamma=0.1))


def tf_side():
    import keras
    from keras.optimizers.schedules import PiecewiseConstantDecay

    return _tf_side(keras.optimizers.SGD(PiecewiseConstantDecay([3, 6], [0.1, 0.01, 0.001])))


def tf_side_fixed():
    import keras
    from keras.optimizers.schedules import PiecewiseConstantDecay

    return _tf_side(keras.optimizers.SGD(PiecewiseConstantDecay([2, 5], [0.1, 0.01, 0.001])))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
