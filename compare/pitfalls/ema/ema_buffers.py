"""An average of the trainable weights leaves the running statistics of BatchNorm where they were.

Symptom: the averaged model is evaluated with statistics of its start: good training, and an evaluation at chance.
Cause: the original averages state_dict(), or AveragedModel(use_buffers=True); trainable_variables, and use_ema of
    an optimizer of Keras, have no moving means and variances.
Fix: average model.weights.
Source: torch/optim/swa_utils.py:194 (2.13); keras/src/optimizers/base_optimizer.py:970 (3.15)
"""

STAGE = "buffer"
DECAY = 0.75


def batches(rng):
    for _ in range(6):
        x = 2 + rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import copy

    import torch
    from torch import nn

    from compare import Side

    net = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 1))
    model = nn.ModuleDict({"net": net, "average": copy.deepcopy(net).requires_grad_(False)})
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)

    def loss(model, batch, training):
        return nn.functional.mse_loss(model["net"].train(training)(batch[0]), batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch, training=True)
        value.backward()
        optimizer.step()
        with torch.no_grad():
            for mean, now in zip(model["average"].state_dict().values(), net.state_dict().values(), strict=True):
                if mean.is_floating_point():  # num_batches_tracked is not
                    mean.lerp_(now, 1 - DECAY)
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side():
    return _tf_side(lambda network: network.trainable_variables)


def tf_side_fixed():
    return _tf_side(lambda network: network.weights)


def _tf_side(averaged):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side
    from tf_impl.layers import BatchNorm1d

    model = {name: keras.Sequential([BatchNorm1d(), layers.Dense(1)]) for name in ("net", "average")}
    for network in model.values():
        network.build((None, 4))
    optimizer = keras.optimizers.SGD(0.05)

    def loss(model, batch, training):
        return tf.reduce_mean((model["net"](batch[0], training=training) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch, training=True)
        weights = model["net"].trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        for mean, now in zip(*(averaged(model[name]) for name in ("average", "net")), strict=True):
            mean.assign(DECAY * mean + (1 - DECAY) * now)
        return value

    return Side(model, loss, optimizer, step=step)
