"""A second task without losing the first (EWC): weights held where the Fisher information of the first is large."""

STRENGTH = 30.0


def batches(rng):
    for _ in range(5):
        yield {
            "old_x": rng.normal(size=(8, 4)),
            "old_y": rng.integers(0, 3, size=8),
            "x": rng.normal(size=(8, 4)),
            "y": rng.integers(0, 3, size=8),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    def net():
        return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))

    nets = {"net": net(), "old": net()}

    def fisher(old, x, y):
        params = list(old.parameters())
        nll = F.nll_loss(F.log_softmax(old(x), dim=1), y)
        return [g.detach() ** 2 for g in torch.autograd.grad(nll, params)]

    def loss(model, batch):
        net, old = model["net"], model["old"]
        ce = F.cross_entropy(net(batch["x"]), batch["y"])
        importance = fisher(old, batch["old_x"], batch["old_y"])
        penalty = 0.0
        for f, p, p_old in zip(importance, net.parameters(), old.parameters()):
            penalty = penalty + (f * (p - p_old.detach()) ** 2).sum()
        return ce + STRENGTH / 2 * penalty

    return nets, loss, torch.optim.SGD(nets["net"].parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def net():
        return keras.Sequential([keras.Input((4,)), layers.Dense(6, activation="tanh"), layers.Dense(3)])

    def entropy(logits, labels):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))

    def information(old, x, y):
        with tf.GradientTape() as tape:
            value = entropy(old(x), y)
        return [tf.stop_gradient(tf.square(g)) for g in tape.gradient(value, old.trainable_variables)]

    def loss(model, batch):
        new, old = model["net"], model["old"]
        held = 0.0
        for precision, variable, star in zip(
            information(old, batch["old_x"], batch["old_y"]), new.trainable_variables, old.trainable_variables
        ):
            held += tf.reduce_sum(precision * tf.square(variable - tf.stop_gradient(star)))
        return entropy(new(batch["x"]), batch["y"]) + 0.5 * STRENGTH * held

    return {"net": net(), "old": net()}, loss, SGD(0.1)
