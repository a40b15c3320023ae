"""tau is the share of the new weights in a target network, momentum or decay that of the old ones.

Symptom: the target follows at once in place of slowly (or not at all): values overshoot, or nothing is learned.
Cause: tau * online + (1 - tau) * target in the original; decay * target + (1 - decay) * online in the port, with
    decay=tau.
Fix: decay = 1 - tau.
Source: Lillicrap et al. 2016, algorithm 1; tensorflow/python/training/moving_averages.py:35-43 (2.21)
"""

STAGE = "update"
TAU = 0.125


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import copy

    import torch
    from torch import nn

    from compare import Side

    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    model = nn.ModuleDict({"net": net, "target": copy.deepcopy(net).requires_grad_(False)})
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def loss(model, batch):
        return nn.functional.mse_loss(model["net"](batch[0]), batch[1] + model["target"](batch[0]))

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        with torch.no_grad():
            for target, online in zip(model["target"].parameters(), net.parameters(), strict=True):
                target.mul_(1 - TAU).add_(TAU * online)
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(decay=TAU):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    def network():
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])

    model, optimizer = {"net": network(), "target": network()}, keras.optimizers.SGD(0.1)

    def loss(model, batch):
        wanted = tf.stop_gradient(batch[1] + model["target"](batch[0]))
        return tf.reduce_mean((model["net"](batch[0]) - wanted) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        weights = model["net"].trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        for target, online in zip(model["target"].weights, model["net"].weights, strict=True):
            target.assign(decay * target + (1 - decay) * online)
        return value

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(decay=1 - TAU)
