"""tf.train.ExponentialMovingAverage with num_updates averages with a smaller decay in the beginning.

Symptom: the averaged weights follow the trained ones much faster than PyTorch's do, for the first few hundred steps.
Cause: with num_updates the decay is min(decay, (1 + n) / (10 + n)); PyTorch's is the same at every step.
Fix: write average += (1 - decay) * (weight - average). Without num_updates, ExponentialMovingAverage does the same, but
    keeps its decay in float32, which moves the average by 1e-6.
Source: tensorflow/python/training/moving_averages.py:284 (2.21); torch/optim/swa_utils.py:42-90 (2.13)
"""

STAGE = "update"
DECAY = 0.99


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
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(DECAY))
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


def tf_side():
    import tensorflow as tf

    made = tf.Variable(0)
    averages = tf.train.ExponentialMovingAverage(DECAY, num_updates=made)

    def update(average, weights, count):
        made.assign(count)
        averages.apply([weight.value for weight in weights])
        average.set_weights([averages.average(weight.value) for weight in weights])

    return _tf_side(update)


def tf_side_fixed():
    def update(average, weights, count):
        for mean, weight in zip(average.weights, weights, strict=True):
            mean.assign(mean + (1 - DECAY) * (weight - mean) if count > 1 else weight)

    return _tf_side(update)


def _tf_side(update):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    def network():
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])

    model, average, optimizer = network(), network(), keras.optimizers.SGD(0.1)
    average.trainable = False

    def loss(models, batch):
        return tf.reduce_mean((models["trained"](batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        update(average, weights, optimizer.iterations.numpy())
        return value

    return Side({"trained": model, "average": average}, loss, optimizer, step=step)
