"""Speech: the CTC loss of PyTorch, and its forward recursion written out, since tf.nn.ctc_loss has no float64."""

import numpy as np

STRIDE = 2


def batches(rng):
    for _ in range(6):
        frames = rng.integers(17, 21, size=4)
        lengths = rng.integers(1, 4, size=4)
        labels = np.where(np.arange(3) < lengths[:, None], rng.integers(1, 5, size=(4, 3)), 0)
        yield {"x": rng.normal(size=(4, 10, 6)), "frames": frames, "labels": labels, "lengths": lengths}


def torch_side():
    import torch
    from torch import nn

    criterion = nn.CTCLoss(blank=0)

    def loss(model, batch):
        log_probs = model(batch["x"]).log_softmax(dim=-1).transpose(0, 1)
        frames = (batch["frames"] + STRIDE - 1) // STRIDE
        return criterion(log_probs, batch["labels"], frames, batch["lengths"])

    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 5))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def shifted(alpha, by):
        return tf.pad(alpha[:, :-by], [[0, 0], [by, 0]], constant_values=-1e30)

    def forward_algorithm(log_probs, labels, frames, lengths, blank):
        symbols = tf.stack([tf.fill((4, 3), tf.cast(blank, labels.dtype)), labels], axis=2)
        symbols = tf.pad(tf.reshape(symbols, (4, 6)), [[0, 0], [0, 1]], constant_values=blank)
        emitted = tf.gather(log_probs, symbols, axis=2, batch_dims=1)
        before = tf.pad(symbols[:, :-2], [[0, 0], [2, 0]], constant_values=-1)
        may_skip = (symbols != blank) & (symbols != before)
        alpha = tf.where(tf.range(7) < 2, emitted[:, 0], -1e30)
        for t in range(1, 10):
            skipped = tf.where(may_skip, shifted(alpha, 2), -1e30)
            reached = tf.reduce_logsumexp(tf.stack([alpha, shifted(alpha, 1), skipped]), axis=0)
            alpha = tf.where(t < frames[:, None], reached + emitted[:, t], alpha)
        ends = tf.stack([2 * lengths, 2 * lengths - 1], axis=1)
        return -tf.reduce_logsumexp(tf.gather(alpha, ends, batch_dims=1), axis=1)

    def loss(model, batch):
        logs = tf.nn.log_softmax(model(batch["x"]))
        frames = (batch["frames"] + STRIDE - 1) // STRIDE
        costs = forward_algorithm(logs, batch["labels"], frames, batch["lengths"], blank=0)
        per_symbol = costs / tf.cast(batch["lengths"], costs.dtype)
        return tf.reduce_mean(per_symbol)

    inputs = [keras.Input((None, 6)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(5)]
    return keras.Sequential(inputs), loss, Adam(0.01)
