"""next() on a Python iterator inside a tf.function is called once: the first element is used at every step.

Symptom: the first step agrees; then a curriculum, a schedule of weights or a list of temperatures stands still.
Cause: Python runs while the graph is made; what next() returned then is a constant of the graph.
Fix: take the element outside and pass it in as a tensor, or iterate over a tf.data.Dataset.
Source: tensorflow/python/eager/polymorphic_function/polymorphic_function.py:1305 (2.21, tf.function)
"""

STAGE = "loss"
CURRICULUM = [0.1, 0.2, 0.4, 0.8, 0.9, 1.0]


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    weights = iter(CURRICULUM)

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
    weights = iter(CURRICULUM)

    def loss(model, batch, weight=1.0):
        prediction = model(batch[0])
        return tf.reduce_mean((prediction - batch[1]) ** 2) + weight * tf.reduce_mean(abs(prediction))

    @tf.function
    def update(x, y, given=None):
        with tf.GradientTape() as tape:
            value = loss(model, (x, y), next(weights) if given is None else given)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    def step(side, batch):
        return update(*batch, tf.constant(next(weights), tf.float64)) if as_tensor else update(*batch)

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(as_tensor=True)
