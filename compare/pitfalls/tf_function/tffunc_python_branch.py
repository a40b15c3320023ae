"""A Python flag in an `if` inside a tf.function keeps the value that it had when the function was traced.

Symptom: equal until the flag changes: a warm-up never ends, an auxiliary loss is never switched on or off.
    (The harness looks into steps eagerly, where it works, and says that the graph computes something else.)
Cause: a Python `if` over a Python value is decided once, while the graph is made; only one branch is in the graph.
Fix: pass the flag as a tensor (or keep it in a tf.Variable), and multiply by it or use tf.cond.
Source: tensorflow/python/eager/polymorphic_function/polymorphic_function.py:1305 (2.21, tf.function);
    https://github.com/tensorflow/tensorflow/issues/42223
"""

STAGE = "loss"
SWITCHED_ON = 20  # the step from which the second term counts


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
    weights = iter([float(number >= SWITCHED_ON) for number in range(40)])

    def loss(model, batch, weight=1.0):
        prediction = model(batch[0])
        return nn.functional.mse_loss(prediction, batch[1]) + weight * prediction.abs().mean()

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch, next(weights))
        value.backward()
        optimizer.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(as_tensor=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model, optimizer = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)]), keras.optimizers.SGD(0.1)
    made, switched_on = 0, False

    def loss(model, batch, weight=1.0):
        prediction = model(batch[0])
        return tf.reduce_mean((prediction - batch[1]) ** 2) + weight * tf.reduce_mean(abs(prediction))

    @tf.function
    def update(x, y, given=None):
        with tf.GradientTape() as tape:
            value = loss(model, (x, y), (1.0 if switched_on else 0.0) if given is None else given)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    def step(side, batch):
        nonlocal made, switched_on
        switched_on, made = made >= SWITCHED_ON, made + 1
        return update(*batch, tf.cast(switched_on, tf.float64)) if as_tensor else update(*batch)

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(as_tensor=True)
