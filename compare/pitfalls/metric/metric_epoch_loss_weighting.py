"""fit weighs the batches of an epoch by their sizes; a mean of the batches' losses does not.

Symptom: the weights agree, the losses of the epochs do not, where the last batch is shorter than the others.
    (What parts is the metric that the step returns: no tensor of a step does.)
Cause: losses.append(loss.item()), and their mean, counts each sample of a short batch more; Keras' tracker of the loss
    is given the number of samples of each batch.
Fix: on either side, sum(loss * samples) / sum(samples); or here, to agree, the mean of the batches.
Source: keras/src/backend/tensorflow/trainer.py:69-74 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):  # each is an epoch, of batches of 8, 8 and 3
        x = rng.normal(size=(19, 4))
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
        losses = []
        for batch in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*epoch), 8):
            optimizer.zero_grad()
            losses.append(loss(model, batch))
            losses[-1].backward()
            optimizer.step()
        return losses[0].detach(), {"epoch": torch.stack(losses).mean()}

    return Side(model, loss, optimizer, step=step)


def tf_side(of_batches=False):
    import keras
    import numpy as np
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
        if of_batches:
            return first, {"epoch": np.mean([model.train_on_batch(x[i : i + 8], y[i : i + 8]) for i in (0, 8, 16)])}
        history = model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        return first, {"epoch": history.history["loss"][0]}

    return Side(model, loss, model.optimizer, step=step)


def tf_side_fixed():
    return tf_side(of_batches=True)
