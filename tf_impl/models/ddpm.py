"""A diffusion model (Ho et al., 2020) and the moving average of its weights.

Notice what is float64 in every precision, the two copies of the network, and when the average is taken.
"""

import math

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import mean_squared_error
from tf_impl.optimizers import Adam


def signal_shares(settings):
    """How much of an image's variance is left at each timestep: float64 (timesteps,); alpha-bar in the paper."""
    # differs: PyTorch's linspace has the dtype it is given; tf.linspace that of its start, float32 for a number.
    first, last = (tf.constant(settings[name], tf.float64) for name in ("first_rate", "last_rate"))
    rates = tf.linspace(first, last, settings["timesteps"])
    return tf.math.cumprod(1 - rates)


def time_embedding(times, width, longest_wave):
    """Sines and cosines of the timesteps: float64 (N, width) from int64 (N,) (Vaswani et al., 2017)."""
    half = width // 2
    frequencies = tf.exp(tf.range(half, dtype=tf.float64) * (-math.log(longest_wave) / half))
    angles = tf.cast(times, tf.float64)[:, None] * frequencies
    return tf.concat((tf.sin(angles), tf.cos(angles)), 1)


class Denoiser(keras.Model):
    """The noise in noisy images (N, 8, 8, 1), given their timesteps (N,)."""

    def __init__(self, settings):
        super().__init__()
        channels, groups, epsilon = settings["channels"], settings["groups"], settings["norm_epsilon"]
        self.longest_wave = settings["longest_wave"]
        self.enter = layers.Conv2D(channels, 3, padding="same")
        self.time = layers.Dense(2 * channels)
        self.norm1 = layers.GroupNormalization(groups, epsilon=epsilon)
        self.conv1 = layers.Conv2D(channels, 3, padding="same")
        self.down = layers.Conv2D(2 * channels, 4, strides=2, padding="same")
        self.norm2 = layers.GroupNormalization(groups, epsilon=epsilon)
        self.conv2 = layers.Conv2D(2 * channels, 3, padding="same")
        self.up = layers.UpSampling2D(2)
        self.conv3 = layers.Conv2D(channels, 3, padding="same")
        self.norm3 = layers.GroupNormalization(groups, epsilon=epsilon)
        self.leave = layers.Conv2D(1, 3, padding="same")

    def call(self, x, times):
        time = self.time(tf.cast(time_embedding(times, self.time.units, self.longest_wave), x.dtype))
        fine = self.enter(x)
        fine = fine + self.conv1(tf.nn.silu(self.norm1(fine)))
        coarse = self.down(fine)
        coarse = coarse + self.conv2(tf.nn.silu(self.norm2(coarse) + time[:, None, None, :]))
        joined = self.conv3(tf.concat((self.up(coarse), fine), 3))
        return self.leave(tf.nn.silu(self.norm3(joined)))


class Ddpm(keras.Model):
    """The denoiser that trains, and the average of what it was, which is used in evaluation."""

    def __init__(self, settings):
        super().__init__()
        self.signal = signal_shares(settings)
        self.denoiser = Denoiser(settings)
        # differs: PyTorch's deepcopy copies the weights too; a Keras network has none to copy until it is called.
        self.average = Denoiser(settings)
        self.average.trainable = False
        for network in (self.denoiser, self.average):
            network(tf.zeros((1, 8, 8, 1), keras.config.floatx()), tf.zeros((1,), tf.int64))

    def call(self, x, times, training=None):
        return self.denoiser(x, times) if training else self.average(x, times)


def loss(model, batch, training):
    """Mean squared error of the noise found in x (N, 8, 8, 1) after `times` (N,) steps of adding noise to it."""
    share = tf.cast(tf.gather(model.signal, batch["times"]), batch["x"].dtype)[:, None, None, None]
    noisy = tf.sqrt(share) * batch["x"] + tf.sqrt(1 - share) * batch["noise"]
    return mean_squared_error(model(noisy, batch["times"], training=training), batch["noise"]), {}


def update_average(average, network, decay):
    """Move every weight of `average` towards that of `network` by 1 - decay of the way."""
    # differs: PyTorch's swa_utils average with a decay of 0.999 by default, Keras' use_ema with 0.99, in float32.
    for mean, weight in zip(average.variables, network.variables, strict=True):
        mean.assign_add((1 - decay) * (weight - mean))


def step(side, batch, decay):
    """One step of training, and of the average after it."""
    # Forget the gradients of the step before.
    optimizer, variables = side.optimizer["denoiser"], side.model.denoiser.trainable_variables
    with tf.GradientTape() as tape:
        # Forward: the loss of this batch under the present weights.
        loss, metrics = side.loss(side.model, batch, training=True)
    # Backward: the gradient of the loss with respect to each trainable weight.
    gradients = tape.gradient(loss, variables)
    # Update: move the weights, and the optimizer's state with them.
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    # Average: the weights as they are after the update.
    update_average(side.model.average, side.model.denoiser, decay)
    return loss, metrics


def side(settings):
    model = Ddpm(settings)
    optimizer = Adam(
        settings["learning_rate"],
        beta_1=settings["beta_1"],
        beta_2=settings["beta_2"],
        epsilon=settings["epsilon"],
    )
    decay = settings["decay"]
    return Side(model, loss, {"denoiser": optimizer}, step=lambda side, batch: step(side, batch, decay))
