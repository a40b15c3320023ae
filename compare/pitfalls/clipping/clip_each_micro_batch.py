"""The sum of the parts' gradients is clipped once; a port that clips each part's clips too much.

Symptom: updates differ as soon as one part is above the norm, and are longer by up to the number of parts.
Cause: clip_grad_norm_ stands before optimizer.step(), behind all calls of backward(); the port clips where it takes a
    gradient, or has clipnorm beside gradient accumulation of its own.
Fix: add up first, then clip, then apply.
Source: torch/nn/utils/clip_grad.py:185 (2.13); tensorflow/python/ops/clip_ops.py:300 (2.21)
"""

STAGE = "gradient"
MAX_NORM, PARTS = 0.1, 2


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
        for part in range(PARTS):
            value = loss(model, [array[part::PARTS] for array in batch])
            value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
        optimizer.step()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(clip_each=True):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side
    from tf_impl.gradients import clip_by_global_norm

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1)

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        weights = model.trainable_variables
        total = [tf.zeros_like(weight) for weight in weights]
        for part in range(PARTS):
            with tf.GradientTape() as tape:
                value = loss(model, [array[part::PARTS] for array in batch])
            gradients = tape.gradient(value, weights)
            if clip_each:
                gradients, _ = clip_by_global_norm(gradients, MAX_NORM)
            total = [before + gradient for before, gradient in zip(total, gradients, strict=True)]
        if not clip_each:
            total, _ = clip_by_global_norm(total, MAX_NORM)
        optimizer.apply_gradients(zip(total, weights, strict=True))
        return value

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(clip_each=False)
