"""Between tape.gradient and apply_gradients of a LossScaleOptimizer, gradients are scaled: clipping there is wrong.

Symptom: training hardly moves: each gradient is clipped to the norm, and then divided by 32768.
Cause: PyTorch's scaler.unscale_(optimizer) comes before clip_grad_norm_; Keras unscales inside apply_gradients.
Fix: clip in the inner optimizer (global_clipnorm=), or divide by the scale, clip, and multiply again, as below.
Source: torch/amp/grad_scaler.py:302 (2.13); keras/src/optimizers/loss_scale_optimizer.py:212-224 (3.15)
"""

STAGE = "gradient"
NORM, SCALE = 0.5, 1024.0


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, 3 * x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer, scaler = torch.optim.SGD(model.parameters(), lr=0.1), torch.amp.GradScaler("cpu", init_scale=SCALE)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    def step(side, batch):
        optimizer.zero_grad()
        value = loss(model, batch)
        scaler.scale(value).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), NORM)
        scaler.step(optimizer)
        scaler.update()
        return value.detach()

    return Side(model, loss, optimizer, step=step)


def tf_side(unscale=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side
    from tf_impl.gradients import clip_by_global_norm  # which adds PyTorch's 1e-6 to the norm

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=SCALE)

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
            scaled = optimizer.scale_loss(value)
        weights = model.trainable_variables
        gradients, scale = tape.gradient(scaled, weights), SCALE if unscale else 1.0
        clipped, _ = clip_by_global_norm([each / scale for each in gradients], NORM)
        optimizer.apply_gradients([(each * scale, weight) for each, weight in zip(clipped, weights, strict=True)])
        return value

    return Side(model, loss, optimizer, step=step)


def tf_side_fixed():
    return tf_side(unscale=True)
