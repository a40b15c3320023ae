"""Warm restarts and averaged weights (SGDR, SWA): a cosine that starts again, a late average, a teacher."""

import numpy as np

RATE, FLOOR, FIRST, MULTIPLE, START, CLASSES, T, ALPHA = 0.2, 0.02, 2, 2, 3, 3, 2.0, 0.6


def batches(rng):
    for step in range(7):
        yield {
            "x": rng.normal(size=(9, 4)),
            "y": rng.integers(0, CLASSES, size=9),
            "teacher": 2.0 * rng.normal(size=(9, CLASSES)),
            "step": np.array([step]),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    def make():
        return nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.SiLU(), nn.Linear(8, CLASSES))

    net, swa = make(), make()
    swa.load_state_dict(net.state_dict())
    swa.requires_grad_(False)

    def loss(model, batch):
        outputs = model["net"](batch["x"])
        p_t = F.softmax(batch["teacher"] / T, dim=1)
        soft = F.kl_div(F.log_softmax(outputs / T, dim=1), p_t, reduction="batchmean")
        return soft * (ALPHA * T * T) + F.cross_entropy(outputs, batch["y"], label_smoothing=0.1) * (1.0 - ALPHA)

    return {"net": net, "swa": swa}, loss, torch.optim.SGD(net.parameters(), lr=RATE, momentum=0.9, nesterov=True)


def torch_step(side, batch):
    import math

    import torch

    step = int(batch["step"][0])
    t_cur, t_i = step, FIRST
    while t_cur >= t_i:
        t_cur = t_cur - t_i
        t_i = t_i * MULTIPLE
    for group in side.optimizer.param_groups:
        group["lr"] = FLOOR + (RATE - FLOOR) * (1 + math.cos(math.pi * t_cur / t_i)) / 2
    loss = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model["net"].parameters(), 0.5)
    side.optimizer.step()
    if step >= START:
        n_averaged = step - START
        with torch.no_grad():
            for p_swa, p_model in zip(side.model["swa"].parameters(), side.model["net"].parameters()):
                p_swa.add_((p_model - p_swa) / (n_averaged + 1))
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def build_model():
        inputs = keras.Input((4,))
        x = layers.LayerNormalization(epsilon=1e-5)(layers.Dense(8)(inputs))
        return keras.Model(inputs, layers.Dense(CLASSES)(layers.Activation("silu")(x)))

    net, swa = build_model(), build_model()
    swa.trainable = False
    swa.set_weights(net.get_weights())

    def loss(model, batch):
        logits = model["net"](batch["x"])
        soft_targets = tf.nn.softmax(batch["teacher"] / T)
        kld = keras.losses.KLDivergence()(soft_targets, tf.nn.softmax(logits / T))
        hard = keras.losses.categorical_crossentropy(
            tf.one_hot(batch["y"], CLASSES, dtype=logits.dtype), logits, from_logits=True, label_smoothing=0.1
        )
        return ALPHA * T**2 * kld + (1.0 - ALPHA) * tf.reduce_mean(hard)

    return {"net": net, "swa": swa}, loss, SGD(RATE, momentum=0.9, nesterov=True)


def tf_step(side, batch):
    import tensorflow as tf

    class CosineDecayRestarts:
        def __init__(self, initial, first_decay_steps, t_mul, alpha):
            self.initial, self.first, self.t_mul, self.alpha = initial, first_decay_steps, t_mul, alpha

        def __call__(self, step):
            completed = step / self.first
            restart = np.floor(np.log(1.0 - completed * (1.0 - self.t_mul)) / np.log(self.t_mul) + 1e-9)
            begun = (1.0 - self.t_mul**restart) / (1.0 - self.t_mul)
            fraction = (completed - begun) / self.t_mul**restart
            cosine = 0.5 * (1.0 + np.cos(np.pi * fraction))
            return self.initial * ((1.0 - self.alpha) * cosine + self.alpha)

    net, swa, step = side.model["net"], side.model["swa"], int(batch["step"][0])
    side.optimizer.learning_rate = CosineDecayRestarts(RATE, FIRST, MULTIPLE, FLOOR / RATE)(step)
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, net.trainable_variables)
    norm = tf.linalg.global_norm(gradients)
    factor = tf.minimum(0.5 / (norm + 1e-6), 1.0)
    clipped = [gradient * factor for gradient in gradients]
    side.optimizer.apply_gradients(zip(clipped, net.trainable_variables))
    if step >= START:
        share = 1.0 / (step - START + 1)
        for average, weight in zip(swa.weights, net.weights):
            average.assign((1.0 - share) * average + share * weight)
    return value
