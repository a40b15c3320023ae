"""A Python number that a tf.function reads keeps the value that it had when the function was traced.

Symptom: equal until the rate is first changed; from then on the port goes on with the old one.
    (The harness looks into steps eagerly, where it works, and says that the graph computes something else.)
Cause: Python runs once, while the graph is made; the rate is then a constant of the graph.
Fix: keep it in a tf.Variable and assign to that, or pass it to the function as a tensor.
Source: tensorflow/python/eager/polymorphic_function/polymorphic_function.py:1305 (2.21, tf.function);
    https://github.com/tensorflow/tensorflow/issues/42223
"""

STAGE = "update"
RATES = [0.1] * 20 + [0.05] * 20


def batches(rng):
    for _ in range(40):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    rates = iter(RATES)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        optimizer.param_groups[0]["lr"] = next(rates)
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(as_tensor=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    rates, rate = iter(RATES), RATES[0]

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    @tf.function
    def update(batch, given=None):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        for weight, gradient in zip(model.weights, tape.gradient(value, model.weights), strict=True):
            weight.assign_sub((rate if given is None else given) * gradient)
        return value

    def step(side, batch):
        nonlocal rate
        rate = next(rates)
        return update(batch, tf.constant(rate, tf.float64)) if as_tensor else update(batch)

    return Side(model, loss, None, step=step)


def tf_side_fixed():
    return tf_side(as_tensor=True)
