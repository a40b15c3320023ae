"""Mixed examples with mixed labels, and slow weights that look on: every second step they move and the fast go back."""

import numpy as np

ALPHA, EVERY, CLASSES = 0.4, 2, 3


def batches(rng):
    for number in range(6):
        x, y = rng.normal(size=(9, 4)), rng.integers(0, CLASSES, size=9)
        yield {"x": x, "y": y, "other": rng.permutation(9), "lam": rng.beta(2, 2, size=1), "number": np.array([number])}


def torch_side():
    import copy

    import torch
    from torch import nn

    fast = nn.Sequential(nn.Linear(4, 8), nn.ELU(), nn.Linear(8, CLASSES))
    slow = copy.deepcopy(fast).requires_grad_(False)
    criterion = nn.CrossEntropyLoss()

    def loss(model, batch):
        lam, index = batch["lam"][0], batch["other"]
        mixed_x = lam * batch["x"] + (1 - lam) * batch["x"][index]
        pred = model["fast"](mixed_x)
        return lam * criterion(pred, batch["y"]) + (1 - lam) * criterion(pred, batch["y"][index])

    return {"fast": fast, "slow": slow}, loss, torch.optim.RAdam(fast.parameters(), lr=0.02)


def torch_step(side, batch):
    import torch

    value = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    value.backward()
    side.optimizer.step()
    if (int(batch["number"][0]) + 1) % EVERY == 0:
        with torch.no_grad():
            for slow, fast in zip(side.model["slow"].parameters(), side.model["fast"].parameters(), strict=True):
                slow.lerp_(fast, ALPHA)
                fast.copy_(slow)
    return value.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RAdam

    def network():
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "elu"), layers.Dense(CLASSES)])

    fast, slow = network(), network()
    slow.trainable = False
    slow.set_weights(fast.get_weights())

    def mixup(values, order, share):
        return share * values + (1 - share) * tf.gather(values, order)

    def loss(model, batch):
        one_hot = tf.one_hot(batch["y"], CLASSES, dtype=batch["x"].dtype)
        images, labels = (mixup(values, batch["other"], batch["lam"]) for values in (batch["x"], one_hot))
        return tf.reduce_mean(keras.losses.categorical_crossentropy(labels, model["fast"](images), from_logits=True))

    return {"fast": fast, "slow": slow}, loss, RAdam(0.02)


def tf_step(side, batch):
    import tensorflow as tf

    fast, slow = side.model["fast"], side.model["slow"]

    def train():
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        gradients = tape.gradient(value, fast.trainable_variables)
        side.optimizer.apply_gradients(zip(gradients, fast.trainable_variables, strict=True))
        return value

    def synchronise():
        for quick, steady in zip(fast.weights, slow.weights, strict=True):
            steady.assign(steady + ALPHA * (quick - steady))
            quick.assign(steady)

    value = train()
    if int(batch["number"][0]) % EVERY == EVERY - 1:
        synchronise()
    return value
