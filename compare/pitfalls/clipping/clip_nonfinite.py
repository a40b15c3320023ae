"""An infinite gradient norm makes all gradients NaN in TensorFlow, and 0 in PyTorch.

Symptom: one broken batch ends the training with NaN, which PyTorch survives without noticing.
Cause: tf.clip_by_global_norm turns everything into NaN on purpose. clip_grad_norm_ multiplies by
    max_norm / (inf + 1e-6) = 0, so a finite gradient whose square overflows becomes 0 (an infinite one is NaN there
    too).
Fix: use tf_impl.gradients.clip_by_global_norm, or leave out steps whose norm is not finite on both sides.
Source: tensorflow/python/ops/clip_ops.py:360-365 (2.21); torch/nn/utils/clip_grad.py:164-173 (2.13)
"""

STAGE = "gradient"
MAX_NORM = 0.5


def batches(rng):
    for number in range(6):
        x = rng.normal(size=(16, 4))
        x[0] *= 1e160 if number == 2 else 1  # a broken example: float64 cannot hold its square (float32: 1e20)
        yield x, x[:, :1] / 2


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 1))

    def loss(model, batch):
        return nn.functional.l1_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), MAX_NORM)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda gradients: tf.clip_by_global_norm(gradients, MAX_NORM)[0])


def tf_side_fixed():
    from tf_impl.gradients import clip_by_global_norm

    return _tf_side(lambda gradients: clip_by_global_norm(gradients, MAX_NORM)[0])


def _tf_side(clipped):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean(abs(model(batch[0]) - batch[1]))

    def step(side, batch):
        weights = model.trainable_variables
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        gradients = clipped(tape.gradient(value, weights))
        side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return value

    return Side(model, loss, keras.optimizers.SGD(0.5), step=step)
