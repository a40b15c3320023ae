"""Fine-tuning by hand: rates by depth that warm up, decay that spares biases, an average that warms up too."""

import numpy as np

RATE, FALL, DECAY, WARMUP, BETA = 0.2, 0.6, 0.05, 3, 0.95


def batches(rng):
    for step in range(8):
        labels = (rng.uniform(size=8) < 0.5).astype(float)
        yield {"x": rng.normal(size=(8, 5)), "y": labels, "step": np.full(1, step)}


def torch_side():
    import copy

    from torch import nn
    from torch.nn import functional as F

    net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 1))
    average = copy.deepcopy(net).requires_grad_(False)

    def loss(model, batch):
        return F.binary_cross_entropy_with_logits(model["net"](batch["x"]).squeeze(-1), batch["y"])

    return {"net": net, "average": average}, loss, None


def torch_step(side, batch):
    import torch

    net, average, step = side.model["net"], side.model["average"], batch["step"].item()
    value = side.loss(side.model, batch)
    net.zero_grad()
    value.backward()
    lr = RATE * min(1.0, (step + 1) / WARMUP)
    with torch.no_grad():
        for depth, layer in enumerate((net[0], net[2], net[4])):
            lr_scale = FALL ** (2 - depth)
            for p in layer.parameters():
                weight_decay = 0.0 if p.ndim == 1 else DECAY
                p.mul_(1 - lr * lr_scale * weight_decay)
                p.sub_(lr * lr_scale * p.grad)
        decay = min(BETA, (1 + step) / (10 + step))
        for ema_p, p in zip(average.parameters(), net.parameters(), strict=True):
            ema_p.lerp_(p, 1 - decay)
    return value.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    def network():
        hidden = [layers.Dense(8, activation="tanh"), layers.Dense(6, activation="tanh")]
        return keras.Sequential([keras.Input((5,)), *hidden, layers.Dense(1)])

    net, average = network(), network()
    average.trainable = False
    average.set_weights(net.get_weights())

    def loss(model, batch):
        logits = model["net"](batch["x"])
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=batch["y"][:, None], logits=logits)
        return tf.reduce_mean(entropy)

    return {"net": net, "average": average}, loss, None


def tf_step(side, batch):
    import tensorflow as tf

    net, average, iteration = side.model["net"], side.model["average"], int(batch["step"][0])
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, net.trainable_variables)
    rate = RATE * min((iteration + 1) / WARMUP, 1.0)
    for index, (variable, gradient) in enumerate(zip(net.trainable_variables, gradients, strict=True)):
        own_rate = rate * FALL ** (2 - index // 2)
        shrink = own_rate * DECAY if len(variable.shape) > 1 else 0.0
        variable.assign(variable * (1.0 - shrink) - own_rate * gradient)
    momentum = min(BETA, (1 + iteration) / (10 + iteration))
    for slow, fast in zip(average.variables, net.variables, strict=True):
        slow.assign(momentum * slow + (1 - momentum) * fast)
    return value
