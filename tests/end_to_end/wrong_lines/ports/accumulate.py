"""Two micro-batches a step, clipped by the norm of all, a rate that warms up, and SGD written by hand."""

RATE, WARMUP, MAX_NORM, DECAY = 0.2, 4, 2.0, 0.01


def batches(rng):
    for number in range(8):
        x = rng.normal(size=(12, 5))
        yield {"x": x, "y": 2 * x[:, :2], "step": 0 * x[:, 0] + number}


def torch_side():
    from torch import nn

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"]), batch["y"])

    return nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 2)), loss, None


def torch_step(side, batch):
    import torch

    side.model.zero_grad()
    total = 0.0
    for half in (slice(0, 6), slice(6, 12)):
        value = side.loss(side.model, {"x": batch["x"][half], "y": batch["y"][half]}) / 2
        value.backward()
        total += value.detach()
    weights = list(side.model.parameters())
    norm = torch.sqrt(sum(weight.grad.square().sum() for weight in weights))
    scale = torch.clamp(MAX_NORM / norm, max=1.0)
    rate = RATE * torch.clamp((batch["step"][0] + 1) / WARMUP, max=1.0)
    with torch.no_grad():
        for weight in weights:
            weight.mul_(1 - rate * DECAY)
            weight.sub_(rate * scale * weight.grad)
    return total


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    def loss(model, batch):
        return tf.reduce_mean(tf.math.squared_difference(model(batch["x"]), batch["y"]))

    model = keras.Sequential([keras.Input((5,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(2)])
    return model, loss, None


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    accumulated = [tf.zeros_like(variable) for variable in variables]
    mean = 0.0
    for x, y in zip(tf.split(batch["x"], 2), tf.split(batch["y"], 2), strict=True):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, {"x": x, "y": y})
        gradients = tape.gradient(value, variables)
        accumulated = [total + gradient for total, gradient in zip(accumulated, gradients, strict=True)]
        mean += value / 2
    averaged = [gradient / 2 for gradient in accumulated]
    clipped, _ = tf.clip_by_global_norm(averaged, MAX_NORM)
    lr = RATE * tf.minimum((batch["step"][0] + 1) / WARMUP, 1)
    for variable, gradient in zip(variables, clipped, strict=True):
        variable.assign(variable * (1 - lr * DECAY))
        variable.assign_sub(lr * gradient)
    return mean
