"""Semi-supervised learning (FixMatch): confident labels of weak views are the targets of strong ones; batch norm."""

THRESHOLD, LAMBDA, T = 0.45, 1.5, 0.8


def batches(rng):
    for _ in range(6):
        u = rng.normal(size=(8, 5))
        yield {
            "x": rng.normal(size=(4, 5)),
            "y": rng.integers(0, 3, size=4),
            "weak": u + 0.1 * rng.normal(size=u.shape),
            "strong": u + 0.8 * rng.normal(size=u.shape),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def loss(model, batch):
        inputs = torch.cat([batch["x"], batch["weak"], batch["strong"]])
        logits = model(inputs)
        logits_x = logits[:4]
        logits_u_w, logits_u_s = logits[4:].chunk(2)
        lx = F.cross_entropy(logits_x, batch["y"], reduction="mean")
        pseudo_label = torch.softmax(logits_u_w.detach() / T, dim=-1)
        max_probs, targets_u = torch.max(pseudo_label, dim=-1)
        mask = max_probs.ge(THRESHOLD).to(logits)
        lu = (F.cross_entropy(logits_u_s, targets_u, reduction="none") * mask).mean()
        return lx + LAMBDA * lu

    model = nn.Sequential(nn.Linear(5, 10), nn.BatchNorm1d(10), nn.LeakyReLU(0.25), nn.Linear(10, 3))
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import SGD

    supervised = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def consistency(weak_logits, strong_logits):
        guess = tf.nn.softmax(tf.stop_gradient(weak_logits) / T)
        sure = tf.cast(tf.reduce_max(guess, axis=-1) >= THRESHOLD, guess.dtype)
        one_hot = tf.one_hot(tf.argmax(guess, axis=-1), 3, dtype=guess.dtype)
        entropy = tf.nn.softmax_cross_entropy_with_logits(one_hot, strong_logits)
        return tf.reduce_mean(entropy * sure)

    def loss(model, batch, training):
        everything = tf.concat([batch["x"], batch["weak"], batch["strong"]], axis=0)
        labeled, weak, strong = tf.split(model(everything, training=training), [4, 8, 8])
        return supervised(batch["y"], labeled) + LAMBDA * consistency(weak, strong)

    inputs = [keras.Input((5,)), layers.Dense(10), BatchNorm1d(), layers.LeakyReLU(0.25), layers.Dense(3)]
    return keras.Sequential(inputs), loss, SGD(0.1, momentum=0.9, nesterov=True, weight_decay=5e-3)
