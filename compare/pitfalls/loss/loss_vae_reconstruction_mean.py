"""A VAE's reconstruction is summed over the pixels; Keras' losses average them: the other term then weighs too much.

Symptom: losses are smaller by the number of pixels, samples are blurred, and the posterior collapses to the prior.
Cause: the original has reduction="sum" (over a batch, or divided by it); a loss of Keras' averages over the last axis.
Fix: sum over the pixels, average over the batch.
Source: torch/nn/functional.py:3628 (2.13); keras/src/losses/losses.py:2380 (3.15);
    https://github.com/pytorch/examples/blob/main/vae/main.py
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.random((8, 12))


def torch_side():
    import torch
    from torch import nn

    model = nn.ModuleDict({"encoder": nn.Linear(12, 4), "decoder": nn.Linear(2, 12)})

    def loss(model, batch):
        mean, log_variance = model["encoder"](batch).chunk(2, 1)  # and no noise, to be repeatable
        logits = model["decoder"](mean)
        reconstruction = nn.functional.binary_cross_entropy_with_logits(logits, batch, reduction="sum") / len(batch)
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1).mean()
        return reconstruction + divergence

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(tf.reduce_mean)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda losses: tf.reduce_mean(tf.reduce_sum(losses, 1)))


def _tf_side(over_pixels):
    import keras
    import tensorflow as tf
    from keras import layers

    model = {"encoder": layers.Dense(4), "decoder": layers.Dense(12)}

    def loss(model, batch):
        mean, log_variance = tf.split(model["encoder"](batch), 2, 1)
        logits = model["decoder"](mean)
        reconstruction = over_pixels(tf.nn.sigmoid_cross_entropy_with_logits(batch, logits))
        divergence = -0.5 * tf.reduce_sum(1 + log_variance - mean**2 - tf.exp(log_variance), 1)
        return reconstruction + tf.reduce_mean(divergence)

    return model, loss, keras.optimizers.SGD(0.1)
