"""A learning rate that is halved every two epochs, by each framework's own scheduler."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    x = rng.normal(size=(80, 5))
    y = np.cos(x @ rng.normal(size=(5, 2)))
    for _ in range(5):
        for rows in rng.permutation(80).reshape(STEPS_PER_EPOCH, 20):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn

    class Regression(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(5, 16)
            self.fc2 = nn.Linear(16, 2)

        def forward(self, x):
            return self.fc2(torch.sigmoid(self.fc1(x)))

    def loss(model, batch):
        return nn.functional.huber_loss(model(batch["x"]), batch["y"])

    model = Regression()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.4)
    optimizer.scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2 * STEPS_PER_EPOCH, gamma=0.5)
    return model, loss, optimizer


def torch_step(side, batch):
    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    side.optimizer.step()
    side.optimizer.scheduler.step()
    return loss.detach()


def tf_side():
    import keras
    from keras import layers
    from keras.optimizers.schedules import ExponentialDecay

    inputs = keras.Input((5,))
    hidden = layers.Dense(16, name="first")(inputs)
    outputs = layers.Dense(2, name="second")(keras.ops.sigmoid(hidden))
    model = keras.Model(inputs, outputs)
    huber = keras.losses.Huber()

    def loss(model, batch):
        return huber(batch["y"], model(batch["x"]))

    rate = ExponentialDecay(np.float64(0.4), 2 * STEPS_PER_EPOCH, np.float64(0.5), staircase=True)
    return model, loss, keras.optimizers.SGD(rate)
