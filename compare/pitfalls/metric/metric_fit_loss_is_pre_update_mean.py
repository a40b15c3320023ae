"""The loss that fit reports is the mean over the epoch, while the weights moved; not that of the trained model.

Symptom: the training loss of Keras lags behind, most in the first epochs, and is, with dropout, above the validation's.
    (What parts is the metric that the step returns: no tensor of a step does.)
Cause: fit averages what each batch gave before its update, in training mode; the original evaluates after the epoch.
Fix: model.evaluate(x, y) after each epoch.
Source: keras/src/backend/tensorflow/trainer.py:57-75 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):  # each is an epoch
        x = rng.normal(size=(32, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    def step(side, epoch):
        first = loss(model, [array[:8] for array in epoch]).detach()
        for batch in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*epoch), 8):
            optimizer.zero_grad()
            loss(model, batch).backward()
            optimizer.step()
        with torch.no_grad():
            return first, {"epoch": loss(model, epoch)}

    return Side(model, loss, optimizer, step=step)


def tf_side(evaluate=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    def step(side, epoch):
        first = loss(model, [array[:8] for array in epoch])
        x, y = (array.numpy() for array in epoch)
        history = model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        return first, {"epoch": model.evaluate(x, y, verbose=0) if evaluate else history.history["loss"][0]}

    return Side(model, loss, model.optimizer, step=step)


def tf_side_fixed():
    return tf_side(evaluate=True)
