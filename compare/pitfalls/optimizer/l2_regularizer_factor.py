"""regularizers.L2(0.1) is not weight_decay=0.1: its gradient is twice as large.

Symptom: kernels shrink twice as fast as in PyTorch.
Cause: L2(l2) adds l2 * sum(w**2) to the loss, whose gradient is 2 * l2 * w; PyTorch adds weight_decay * w.
Fix: L2(weight_decay / 2), and for biases too, which PyTorch decays: see l2_bias_scope.
Source: keras/src/regularizers/regularizers.py:265 (3.15); torch/optim/sgd.py:346 (2.13)
"""

STAGE = "gradient"
DECAY = 0.25


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8, bias=False), nn.Tanh(), nn.Linear(8, 1, bias=False))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=DECAY)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(factor=DECAY):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    def dense(units, activation=None):
        return layers.Dense(units, activation, use_bias=False, kernel_regularizer=keras.regularizers.L2(factor))

    model, optimizer = keras.Sequential([dense(8, "tanh"), dense(1)]), keras.optimizers.SGD(0.1)

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
            total = value + tf.add_n(model.losses)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(total, weights), weights, strict=True))
        return value

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(factor=DECAY / 2)
