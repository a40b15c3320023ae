"""The sum of sines of ten inputs: standardised targets, weights alone decay, a rate in stairs, clipped gradients."""

import numpy as np

RATE, DECAY, CLIP, PER_EPOCH, BETA = 0.02, 0.1, 0.3, 2, 0.5


def batches(rng):
    for number in range(6):
        x = rng.normal(size=(8, 10))
        yield {"x": x, "y": np.sin(x).sum(axis=1), "last": np.array([(number + 1) % PER_EPOCH == 0])}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    from compare import Side

    class SineNet(nn.Module):
        def __init__(self, hidden=12):
            super().__init__()
            self.hidden = nn.Linear(10, hidden)
            self.act = nn.Tanh()
            self.out = nn.Linear(hidden, 1)

        def forward(self, x):
            x = self.act(self.hidden(x))
            return self.out(x).flatten()

    def loss(model, batch):
        y_true = batch["y"]
        y_true = (y_true - y_true.mean()) / y_true.std()
        y_pred = model(batch["x"])
        return F.smooth_l1_loss(y_pred, y_true, beta=BETA)

    model = SineNet()
    decay = [p for p in model.parameters() if p.ndim > 1]
    no_decay = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decay, "weight_decay": DECAY}, {"params": no_decay, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE)
    return Side(model, loss, optimizer, schedule=torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5))


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), max_norm=CLIP)
    side.optimizer.step()
    if bool(batch["last"][0]):
        side.schedule.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adam

    net = keras.Sequential([keras.layers.Dense(12, activation="tanh"), keras.layers.Dense(1)])
    net.build((None, 10))

    def standardised(values):
        count = tf.cast(tf.size(values), values.dtype)
        spread = tf.math.reduce_std(values) * tf.sqrt(count / (count - 1.0))
        return (values - tf.reduce_mean(values)) / spread

    huber = keras.losses.Huber(delta=BETA)

    def loss(model, batch):
        target = standardised(batch["y"])[:, tf.newaxis]
        return huber(target, model(batch["x"])) / BETA

    stairs = keras.optimizers.schedules.ExponentialDecay(RATE, PER_EPOCH, 0.5, staircase=True)
    return net, loss, Adam(stairs)


def tf_step(side, batch):
    import tensorflow as tf

    net, optimizer = side.model, side.optimizer
    with tf.GradientTape() as tape:
        value = side.loss(net, batch)
    grads = tape.gradient(value, net.trainable_variables)
    shrink = tf.minimum(1.0, CLIP / (tf.linalg.global_norm(grads) + 1e-6))
    grads = [shrink * g for g in grads]
    # decoupled decay, of kernels only
    for layer in net.layers:
        layer.kernel.assign(layer.kernel * (1.0 - optimizer.learning_rate * DECAY))
    optimizer.apply_gradients(zip(grads, net.trainable_variables))
    return value
