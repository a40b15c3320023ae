"""A penalty in the loss is clipped with the gradient; PyTorch's weight_decay is added after the clipping.

Symptom: with clipping at work, weights shrink less than in PyTorch, and the data's own gradient counts for less.
Cause: clip_grad_norm_ scales the gradient of the loss, and the optimizer adds weight_decay * weight afterwards. A port
    that puts the L2 penalty into the loss clips the sum of both.
Fix: take the gradient of the loss without penalty, clip it, and then add weight_decay * variable.
Source: torch/optim/sgd.py:346-355 (2.13); keras/src/optimizers/base_optimizer.py:587-589 (3.15)
"""

STAGE = "gradient"
MAX_NORM, DECAY = 0.1, 0.1


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.2, weight_decay=DECAY)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), MAX_NORM)
    side.optimizer.step()
    return loss.detach()


def tf_side(penalty=DECAY / 2, decay=0.0):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side
    from tf_impl.gradients import clip_by_global_norm

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        weights = model.trainable_variables
        with tf.GradientTape() as tape:
            value = loss(model, batch)
            total = value + penalty * sum(tf.reduce_sum(weight**2) for weight in weights)
        gradients, _ = clip_by_global_norm(tape.gradient(total, weights), MAX_NORM)
        gradients = [gradient + decay * weight for gradient, weight in zip(gradients, weights, strict=True)]
        side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return value

    return Side(model, loss, keras.optimizers.SGD(0.2), step=step)


def tf_side_fixed():
    return tf_side(penalty=0.0, decay=DECAY)
