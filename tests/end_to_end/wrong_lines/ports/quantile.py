"""Distributional Q-learning: the Huber loss between all pairs of quantiles, with targets of the same network."""

GAMMA, ATOMS = 0.9, 5


def batches(rng):
    for _ in range(6):
        yield {
            "state": rng.normal(size=(7, 4)),
            "reward": rng.normal(size=7),
            "next": rng.normal(size=(7, 4)),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    tau = (torch.arange(ATOMS) + 0.5) / ATOMS

    def quantile_huber(theta, target):
        u = target[:, None, :] - theta[:, :, None]
        huber = F.huber_loss(u, torch.zeros_like(u), reduction="none")
        weight = (tau[None, :, None] - (u.detach() < 0).to(u)).abs()
        return (weight * huber).mean(dim=2).sum(dim=1).mean()

    def loss(model, batch):
        with torch.no_grad():
            target = batch["reward"][:, None] + GAMMA * model(batch["next"])
        return quantile_huber(model(batch["state"]), target)

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, ATOMS))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def quantile_loss(quantiles, aims):
        taus = (tf.range(ATOMS, dtype=quantiles.dtype) + 0.5) / ATOMS
        errors = aims[:, tf.newaxis, :] - quantiles[:, :, tf.newaxis]
        size = tf.abs(errors)
        pair_losses = tf.where(size < 1, 0.5 * size**2, size - 0.5)
        below = tf.cast(errors < 0, errors.dtype)
        asymmetric = tf.abs(tf.reshape(taus, (1, ATOMS, 1)) - below) * pair_losses
        per_quantile = tf.reduce_mean(asymmetric, axis=2)
        return tf.reduce_mean(tf.reduce_sum(per_quantile, axis=1))

    def loss(model, batch):
        returns = batch["reward"][:, tf.newaxis] + GAMMA * model(batch["next"])
        returns = tf.stop_gradient(returns)
        return quantile_loss(model(batch["state"]), returns)

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(ATOMS)])
    return model, loss, Adam(0.01)
