"""One Keras Adam that is applied twice per step, to one half of the weights each, runs at double speed.

Symptom: the second half's first update is too small or too large, then both halves'; a schedule runs out in half the
    steps. Alternating updates, as of a GAN, look like this.
Cause: each apply_gradients moves `iterations` on, which all variables share; PyTorch counts for each parameter.
Fix: one optimizer for each half; or tf_impl.optimizers.Adam, whose bias correction counts for each variable.
Source: torch/optim/adam.py:396-404 (2.13); keras/src/optimizers/base_optimizer.py:533, adam.py:106 (3.15)
"""

STAGE = "state"
EPSILON = 1e-20  # so small that it does not matter where it is added: see adam_eps_placement
BETAS = 0.75, 0.875  # float32 holds these exactly, as it does not 0.9 and 0.999


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.05, betas=BETAS, eps=EPSILON)


def torch_step(side, batch):
    for layer in (side.model[0], side.model[2]):
        side.optimizer.zero_grad()
        loss = side.loss(side.model, batch)
        loss.backward(inputs=list(layer.parameters()))
        side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    adam = keras.optimizers.Adam(0.05, *BETAS, epsilon=EPSILON)
    return model, loss, [adam, adam]


def tf_side_fixed():
    import keras

    model, loss, _ = tf_side()
    return model, loss, [keras.optimizers.Adam(0.05, *BETAS, epsilon=EPSILON) for _ in range(2)]


def tf_step(side, batch):
    import tensorflow as tf

    for layer, optimizer in zip(side.model.layers, side.optimizer, strict=True):
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        gradients = tape.gradient(value, layer.trainable_variables)
        optimizer.apply_gradients(zip(gradients, layer.trainable_variables, strict=True))
    return value
