"""Averaged weights forget ten times faster in Keras: its EMA has a default momentum of 0.99, PyTorch's of 0.999.

Symptom: the trained weights agree, the averaged ones, which are evaluated, do not.
Cause: use_ema=True averages with ema_momentum=0.99; get_ema_multi_avg_fn() with 0.999; AveragedModel without it is no
    moving average at all, but the mean of all steps. Both begin with the weights after the first update.
Fix: ema_momentum=0.999.
Source: keras/src/optimizers/base_optimizer.py:76, 970-986 (3.15); torch/optim/swa_utils.py:42, 306-330 (2.13)
"""

STAGE = "update"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def loss(models, batch):
        return nn.functional.mse_loss(models["trained"](batch[0]), batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        value = side.loss(side.model, batch)
        value.backward()
        optimizer.step()
        average.update_parameters(model)
        return value.detach()

    return Side({"trained": model, "average": average.module}, loss, optimizer, step=step)


def tf_side(**momentum):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    def network():
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])

    model, average = network(), network()
    average.trainable = False
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, **momentum)

    def loss(models, batch):
        return tf.reduce_mean((models["trained"](batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        # What finalize_variable_values puts into the weights in the end; here it is looked at after each step.
        average.set_weights(optimizer._model_variables_moving_average)
        return value

    return Side({"trained": model, "average": average}, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(ema_momentum=0.999)
