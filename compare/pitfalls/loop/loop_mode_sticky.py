"""model.eval() lasts in PyTorch until model.train(); Keras' training flag is that of one call.

Symptom: equal up to the first evaluation of the original, whose loop forgets to call train() again: from then on it
    trains without dropout and on running statistics, and the port does not.
Cause: eval() changes the modules; a port that passes training=True in each step is right, and other.
Fix: repair the original; or, for the same numbers, pass training=False after the first evaluation.
Source: torch/nn/modules/module.py:2885-2930 (2.13)
"""

STAGE = "forward"
EVALUATED = 3  # the step after which the original evaluates


def batches(rng):
    for number in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2], x[:, :1] * 0 + (number >= EVALUATED)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def torch_step(side, batch):
    if batch[2].any():
        side.model.eval()  # once, for the evaluation, and never again train()
    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    side.optimizer.step()
    return loss.detach()


def tf_side(sticky=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side
    from tf_impl.layers import BatchNorm1d

    model = keras.Sequential([BatchNorm1d(), layers.Dense(1)])

    def loss(model, batch, training):
        return tf.reduce_mean((model(batch[0], training=training) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch, training=not (sticky and tf.reduce_any(batch[2] > 0)))
        weights = model.trainable_variables
        side.optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        return value

    return Side(model, loss, keras.optimizers.SGD(0.05), step=step)


def tf_side_fixed():
    return tf_side(sticky=True)
