"""Keras' ReduceLROnPlateau reduces the rate one epoch earlier than PyTorch's, with the same patience.

Symptom: the rate falls one epoch too early, at every plateau.
Cause: PyTorch reduces it when bad epochs > patience, Keras when they are >= patience. PyTorch's threshold of 1e-4 is
    relative to the best loss, Keras' min_delta of 1e-4 is not.
Fix: one more patience in Keras; or tf_impl.schedules.ReduceLROnPlateau, which does both as PyTorch does.
Source: torch/optim/lr_scheduler.py:1706-1719 (2.13); keras/src/callbacks/reduce_lr_on_plateau.py:127-132 (3.15);
    https://github.com/keras-team/keras/issues/9541
"""

STAGE = "rate"
VALIDATION = [1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]  # the loss after each epoch, which has one batch here


def batches(rng):
    for _ in VALIDATION:
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler, losses = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2), iter(VALIDATION)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        scheduler.step(next(losses))
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(patience=2):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    plateau, epochs = keras.callbacks.ReduceLROnPlateau(patience=patience, mode="min"), iter(enumerate(VALIDATION))
    plateau.set_model(model)

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        weights = model.trainable_variables
        model.optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        epoch, validation = next(epochs)
        plateau.on_epoch_end(epoch, {"val_loss": validation})
        return value

    return Side(model, loss, model.optimizer, step=step)


def tf_side_fixed():
    return tf_side(patience=2 + 1)
