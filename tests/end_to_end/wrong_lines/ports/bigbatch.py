"""Large batches by hand: pasted pictures with shared labels (CutMix), centralised gradients,
rates by layer (LARS), noise.
"""

import numpy as np

CLASSES, SIZE, SMOOTH, BASE, MOMENTUM, DECAY, TRUST, WARMUP, TOTAL = 4, 6, 0.1, 2.0, 0.9, 1e-2, 0.02, 2, 6
CHANNELS_FIRST = ("x",)


def batches(rng):
    for step in range(TOTAL):
        lam = rng.beta(1, 1)
        cut, cy, cx = int(SIZE * np.sqrt(1 - lam)), rng.integers(SIZE), rng.integers(SIZE)
        box = [max(cy - cut // 2, 0), min(cy + cut // 2, SIZE), max(cx - cut // 2, 0), min(cx + cut // 2, SIZE)]
        yield {
            "x": rng.normal(size=(8, 2, SIZE, SIZE)),
            "y": rng.integers(0, CLASSES, size=8),
            "perm": rng.permutation(8),
            "box": np.array(box),
            "step": np.array([step]),
        }


def torch_side():
    import torch
    from torch import nn

    class LARS(torch.optim.Optimizer):
        def __init__(self, params, lr, weight_decay=0.0, momentum=0.9, eta=0.001):
            super().__init__(params, dict(lr=lr, weight_decay=weight_decay, momentum=momentum, eta=eta))

        @torch.no_grad()
        def step(self):
            for g in self.param_groups:
                for p in g["params"]:
                    dp = p.grad
                    if dp is None:
                        continue
                    if p.ndim > 1:  # not normalization gamma/beta nor bias
                        dp = dp - dp.mean(dim=tuple(range(1, dp.ndim)), keepdim=True)
                        dp = dp.add(p, alpha=g["weight_decay"])
                        param_norm = torch.norm(p)
                        update_norm = torch.norm(dp)
                        one = torch.ones_like(param_norm)
                        q = torch.where(
                            param_norm > 0.0,
                            torch.where(update_norm > 0, g["eta"] * param_norm / update_norm, one),
                            one,
                        )
                        dp = dp.mul(q)
                    param_state = self.state[p]
                    if "mu" not in param_state:
                        param_state["mu"] = torch.zeros_like(p)
                    mu = param_state["mu"]
                    mu.mul_(g["momentum"]).add_(dp)
                    p.add_(mu, alpha=-g["lr"])

    class LabelSmoothing(nn.Module):
        def __init__(self, smoothing=0.0):
            super().__init__()
            self.confidence = 1.0 - smoothing
            self.smoothing = smoothing

        def forward(self, x, target):
            logprobs = torch.nn.functional.log_softmax(x, dim=-1)
            nll_loss = -logprobs.gather(dim=-1, index=target.unsqueeze(1))
            nll_loss = nll_loss.squeeze(1)
            smooth_loss = -logprobs.mean(dim=-1)
            loss = self.confidence * nll_loss + self.smoothing * smooth_loss
            return loss.mean()

    criterion = LabelSmoothing(SMOOTH)

    def loss(model, batch):
        input, target = batch["x"].clone(), batch["y"]
        rand_index = batch["perm"]
        target_a = target
        target_b = target[rand_index]
        bby1, bby2, bbx1, bbx2 = [int(v) for v in batch["box"]]
        input[:, :, bby1:bby2, bbx1:bbx2] = batch["x"][rand_index, :, bby1:bby2, bbx1:bbx2]
        # adjust lambda to exactly match pixel ratio
        lam = 1 - ((bbx2 - bbx1) * (bby2 - bby1) / (input.size()[-1] * input.size()[-2]))
        output = model(input)
        return criterion(output, target_a) * lam + criterion(output, target_b) * (1.0 - lam)

    model = nn.Sequential(
        nn.Conv2d(2, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Conv2d(6, 8, 3, stride=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, CLASSES),
    )
    return model, loss, LARS(model.parameters(), lr=0.0, weight_decay=DECAY, momentum=MOMENTUM, eta=TRUST)


def torch_step(side, batch):
    import math

    step = int(batch["step"][0])
    if step < WARMUP:
        lr = BASE * (step + 1) / WARMUP
    else:
        q = 0.5 * (1 + math.cos(math.pi * (step - WARMUP) / (TOTAL - WARMUP)))
        lr = BASE * q + 0.001 * BASE * (1 - q)
    for param_group in side.optimizer.param_groups:
        param_group["lr"] = lr
    loss = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    loss.backward()
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d

    class Lars(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.buffers = self.add_optimizer_variables(variables, "mu")

        def update_step(self, gradient, variable, learning_rate):
            value = tf.convert_to_tensor(variable)
            if len(value.shape) > 1:
                gradient -= tf.reduce_mean(gradient, axis=list(range(len(value.shape) - 1)), keepdims=True)
                gradient += DECAY * value
                weight_norm, gradient_norm = tf.norm(value), tf.norm(gradient)
                trust = tf.math.divide_no_nan(TRUST * weight_norm, gradient_norm)
                gradient *= tf.where((weight_norm > 0) & (gradient_norm > 0), trust, tf.ones_like(trust))
            buffer = self.buffers[self._get_variable_index(variable)]
            buffer.assign(MOMENTUM * buffer + gradient)
            variable.assign_sub(tf.cast(learning_rate, value.dtype) * buffer)

    def cutmix(batch):
        images, top, bottom, left, right = batch["x"], *tf.unstack(batch["box"])
        row, column = tf.range(SIZE, dtype=top.dtype), tf.range(SIZE, dtype=top.dtype)
        inside = ((row >= top) & (row < bottom))[:, None] & ((column >= left) & (column < right))[None, :]
        mixed = tf.where(inside[None, :, :, None], tf.gather(images, batch["perm"]), images)
        share = 1.0 - tf.reduce_mean(tf.cast(inside, images.dtype))
        labels = tf.one_hot(batch["y"], CLASSES, dtype=images.dtype)
        return mixed, share * labels + (1.0 - share) * tf.gather(labels, batch["perm"])

    def loss(model, batch, training=True):
        images, labels = cutmix(batch)
        labels = labels * (1.0 - SMOOTH) + SMOOTH / CLASSES
        logits = model(images, training=training)
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, logits))

    model = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 2)),
            layers.Conv2D(6, 3, padding="same", use_bias=False),
            BatchNorm2d(),
            layers.ReLU(),
            layers.Conv2D(8, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES),
        ]
    )
    return model, loss, Lars(learning_rate=0.0)


def tf_step(side, batch):
    import tensorflow as tf

    step = int(batch["step"][0])
    if step < WARMUP:
        rate = BASE * (step + 1) / WARMUP
    else:
        cosine = 0.5 * (1 + np.cos(np.pi * (step - WARMUP) / (TOTAL - WARMUP)))
        rate = BASE * (0.001 + (1 - 0.001) * cosine)
    side.optimizer.learning_rate = rate
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    weights = side.model.trainable_variables
    side.optimizer.apply(tape.gradient(value, weights), weights)
    return value
