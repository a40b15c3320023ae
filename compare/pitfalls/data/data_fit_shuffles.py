"""fit shuffles arrays unless it is told not to; a DataLoader does not shuffle unless it is told to.

Symptom: the loss of the first batch differs, at every epoch by something else; over a full batch all agrees.
Cause: shuffle=True is the default of Model.fit, shuffle=False that of DataLoader.
Fix: fit(..., shuffle=False), or a tf.data.Dataset, which fit leaves in its order.
Source: keras/src/trainers/trainer.py:558,649 (3.15); torch/utils/data/dataloader.py:259 (2.13)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(3):  # each is an epoch
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
        before = loss(model, epoch).detach()
        for batch in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*epoch), 8):
            optimizer.zero_grad()
            loss(model, batch).backward()
            optimizer.step()
        return before

    return Side(model, loss, optimizer, step=step)


def tf_side(**options):
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
        before = loss(model, epoch)
        tf.random.set_seed(0)  # the same order each time, or the report would say no more than that it is random
        model.fit(*(array.numpy() for array in epoch), batch_size=8, verbose=0, **options)
        return before

    return Side(model, loss, model.optimizer, step=step)


def tf_side_fixed():
    return tf_side(shuffle=False)
