"""A Python function as Keras' learning_rate is called once, when the training function is traced.

Symptom: equal until the rate is first changed; then the port goes on with the old one. Eagerly it works.
    (The harness looks into steps eagerly, where it works, and says that the graph computes something else.)
Cause: Keras calls learning_rate() in each update, but in a graph (compile and fit, or tf.function) only while tracing.
Fix: assign to optimizer.learning_rate, which is a variable, or give a LearningRateSchedule.
Source: keras/src/optimizers/base_optimizer.py:777-786 (3.15); https://github.com/tensorflow/tensorflow/issues/31323
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


def tf_side(callable_rate=True):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    rates, rate = iter(RATES), RATES[0]
    model.compile(keras.optimizers.SGD((lambda: rate) if callable_rate else rate), "mse")

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        nonlocal rate
        rate = next(rates)
        if not callable_rate:
            model.optimizer.learning_rate = rate
        return float(model.train_on_batch(*batch))

    return Side(model, loss, model.optimizer, step=step)


def tf_side_fixed():
    return tf_side(callable_rate=False)
