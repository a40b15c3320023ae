"""clipnorm of a Keras optimizer clips each gradient by itself; clip_grad_norm_ all of them together.

Symptom: large gradients are clipped and small ones are not: the direction of the update changes, not its length alone.
Cause: clipnorm bounds the norm of each variable's gradient; global_clipnorm is the one that is over all variables.
Fix: global_clipnorm; PyTorch's 1e-6 beside the norm is in tf_impl.gradients.clip_by_global_norm, which is used here.
Source: keras/src/optimizers/base_optimizer.py:871-876,1115-1117 (3.15); torch/nn/utils/clip_grad.py:164,185 (2.13)
"""

STAGE = "gradient"
MAX_NORM = 0.1


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

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
        optimizer.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side():
    return _tf_side(lambda gradients: gradients, clipnorm=MAX_NORM)


def tf_side_fixed():
    from tf_impl.gradients import clip_by_global_norm

    return _tf_side(lambda gradients: clip_by_global_norm(gradients, MAX_NORM)[0])


def _tf_side(clipped, **options):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1, **options)

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(clipped(tape.gradient(value, weights)), weights, strict=True))
        return value

    return Side(model, loss, optimizer, step=step)
