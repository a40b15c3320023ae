"""A distributional agent (C51): the target's atoms are moved by the reward and their mass is shared by neighbours."""

ATOMS, LOW, HIGH, DISCOUNT = 5, -2.0, 2.0, 0.5


def batches(rng):
    for _ in range(5):
        reward, done = rng.integers(-2, 3, size=10).astype(float), (rng.random(10) < 0.4).astype(float)
        obs, after = rng.normal(size=(10, 4)), rng.normal(size=(10, 4))
        weight = rng.uniform(0.3, 1.0, size=10)
        yield {"s": obs, "a": rng.integers(0, 3, size=10), "r": reward, "s2": after, "done": done, "w": weight}


def torch_side():
    import copy

    import torch
    from torch import nn

    online = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3 * ATOMS))
    target = copy.deepcopy(online).requires_grad_(False)
    with torch.no_grad():
        target[2].weight.mul_(-1.5)

    def project(dist, reward, done):
        support = torch.linspace(LOW, HIGH, ATOMS, dtype=dist.dtype)
        delta_z = (HIGH - LOW) / (ATOMS - 1)
        tz = (reward[:, None] + (1 - done[:, None]) * DISCOUNT * support).clamp(LOW, HIGH)
        b = (tz - LOW) / delta_z
        lower, upper = b.floor().long(), b.ceil().long()
        lower[(upper > 0) & (lower == upper)] -= 1
        upper[(lower < ATOMS - 1) & (lower == upper)] += 1
        m = torch.zeros_like(dist)
        m.scatter_add_(1, lower, dist * (upper - b))
        m.scatter_add_(1, upper, dist * (b - lower))
        return m

    def loss(model, batch):
        rows = torch.arange(10)
        with torch.no_grad():
            support = torch.linspace(LOW, HIGH, ATOMS, dtype=batch["r"].dtype)
            best = (model["online"](batch["s2"]).view(10, 3, ATOMS).softmax(-1) * support).sum(-1).argmax(dim=1)
            p_next = model["target"](batch["s2"]).view(10, 3, ATOMS).softmax(dim=-1)[rows, best]
            m = project(p_next, batch["r"], batch["done"])
        logp = model["online"](batch["s"]).view(10, 3, ATOMS).log_softmax(dim=-1)[rows, batch["a"]]
        return (batch["w"] * -(m * logp).sum(dim=1)).mean()

    return {"online": online, "target": target}, loss, torch.optim.Adam(online.parameters(), lr=0.01)


def tf_side():
    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def q_network():
        return keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(3 * ATOMS)])

    online, target = q_network(), q_network()
    target.trainable = False
    weights = online.get_weights()
    target.set_weights([*weights[:2], -1.5 * weights[2], weights[3]])

    def projection(probabilities, rewards, continues, atoms):
        moved = rewards[:, None] + DISCOUNT * continues[:, None] * atoms[None]
        moved = tf.clip_by_value(moved, LOW, HIGH)
        spacing = atoms[1] - atoms[0]
        closeness = 1 - tf.abs(moved[:, None, :] - atoms[None, :, None]) / spacing
        return tf.einsum("nij,nj->ni", tf.clip_by_value(closeness, 0.0, 1.0), probabilities)

    def loss(model, batch):
        atoms = tf.constant(np.linspace(LOW, HIGH, ATOMS), batch["r"].dtype)
        chooser = tf.reshape(model["online"](batch["s2"]), (-1, 3, ATOMS))
        values = tf.reduce_sum(tf.nn.softmax(chooser) * atoms, axis=-1)
        action = tf.argmax(values, axis=1)
        future = tf.nn.softmax(tf.reshape(model["target"](batch["s2"]), (-1, 3, ATOMS)))
        future = tf.gather(future, action, axis=1, batch_dims=1)
        aims = tf.stop_gradient(projection(future, batch["r"], 1 - batch["done"], atoms))
        logits = tf.reshape(model["online"](batch["s"]), (-1, 3, ATOMS))
        taken = tf.gather(logits, batch["a"], axis=1, batch_dims=1)
        entropy = tf.nn.softmax_cross_entropy_with_logits(labels=aims, logits=taken)
        return tf.reduce_mean(batch["w"] * entropy)

    return {"online": online, "target": target}, loss, Adam(0.01)
