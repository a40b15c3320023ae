"""gradient_accumulation_steps averages the gradients in Keras; backward() without zero_grad() adds them up in PyTorch.

Symptom: every update is a k-th of PyTorch's, and so is the gradient behind it (Keras' shows as that of the first part).
Cause: k calls of backward() leave the sum in .grad, unless each loss is divided by k; Keras divides by k itself.
Fix: multiply the loss by k in Keras (with SGD the rate would do), or divide it by k in PyTorch.
Source: keras/src/optimizers/base_optimizer.py:563-577 (3.15)
"""

STAGE = "gradient"
PARTS = 4


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

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def torch_step(side, batch):
    side.optimizer.zero_grad()
    for part in range(PARTS):
        loss = side.loss(side.model, [array[part::PARTS] for array in batch])
        loss.backward()
    side.optimizer.step()
    return loss.detach()


def tf_side(factor=1):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        for part in range(PARTS):
            with tf.GradientTape() as tape:
                value = loss(model, [array[part::PARTS] for array in batch])
                scaled = factor * value
            weights = model.trainable_variables
            side.optimizer.apply_gradients(zip(tape.gradient(scaled, weights), weights, strict=True))
        return value

    return Side(model, loss, keras.optimizers.SGD(0.05, gradient_accumulation_steps=PARTS), step=step)


def tf_side_fixed():
    return tf_side(factor=PARTS)
