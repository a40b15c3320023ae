"""A variational autoencoder (Kingma and Welling, 2014). Notice over what each term of the loss is summed."""

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.optimizers import Adam


class Vae(keras.Model):
    """Logits of the pixels (examples, pixels), and the mean and log variance of the latents (examples, latents).

    `noise` (examples, latents) is the caller's, from the standard normal distribution.
    """

    def __init__(self, settings):
        super().__init__()
        hidden, latents, pixels = settings["hidden"], settings["latents"], settings["pixels"]
        self.hidden = layers.Dense(hidden)
        self.mean = layers.Dense(latents)
        self.log_variance = layers.Dense(latents)
        self.unfold = layers.Dense(hidden)
        self.pixels = layers.Dense(pixels)

    def call(self, x, noise):
        hidden = tf.tanh(self.hidden(x))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        # differs: PyTorch's randn_like and tf.random.normal differ under any seed, so the noise is given.
        latent = mean + tf.exp(0.5 * log_variance) * noise
        return self.pixels(tf.tanh(self.unfold(latent))), mean, log_variance


def reconstruction(logits, target):
    """-log p(target | logits), each pixel a coin: summed over the pixels, averaged over the examples."""
    # differs: PyTorch's reduction="mean" divides by the pixels too; keras.losses do so under any reduction.
    # differs: PyTorch's name says that it takes logits; Keras' takes probabilities unless told from_logits=True.
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits)) / target.shape[0]


def divergence(mean, log_variance):
    """KL divergence from the standard normal distribution: summed over the latents, averaged over the examples."""
    return -0.5 * tf.reduce_sum(1 + log_variance - mean**2 - tf.exp(log_variance)) / mean.shape[0]


def loss(model, batch, training):
    logits, mean, log_variance = model(batch["x"], batch["noise"], training=training)
    parts = {"reconstruction": reconstruction(logits, batch["x"]), "kl": divergence(mean, log_variance)}
    return parts["reconstruction"] + parts["kl"], parts


def side(settings):
    model = Vae(settings)
    optimizer = Adam(
        settings["learning_rate"],
        beta_1=settings["beta_1"],
        beta_2=settings["beta_2"],
        epsilon=settings["epsilon"],
    )
    return Side(model, loss, optimizer)
