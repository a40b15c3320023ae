"""A generator and a discriminator, each with its own optimizer (Radford et al., 2016).

Notice what keeps each update to its own network, and that every pass moves the running statistics on its way.
"""

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.layers import BatchNorm2d
from tf_impl.losses import binary_cross_entropy_with_logits
from tf_impl.optimizers import Adam


class Generator(keras.Model):
    """From latent noise (N, 16, 1, 1) to images (N, 1, 16, 16) in [-1, 1]; channels are last on the TF side."""

    # differs: PyTorch's padding=1 crops 1 on each side, which is Keras' "same" for a kernel of 4 at stride 2, not of 3.
    def __init__(self, norm):
        super().__init__()
        self.up1 = layers.Conv2DTranspose(16, 4, use_bias=False)
        self.norm1 = BatchNorm2d(**norm)
        self.up2 = layers.Conv2DTranspose(8, 4, strides=2, padding="same", use_bias=False)
        self.norm2 = BatchNorm2d(**norm)
        self.up3 = layers.Conv2DTranspose(1, 4, strides=2, padding="same", use_bias=False)

    def call(self, noise):
        x = tf.nn.relu(self.norm1(self.up1(noise)))
        x = tf.nn.relu(self.norm2(self.up2(x)))
        return tf.tanh(self.up3(x))


class Discriminator(keras.Model):
    """From images to a logit each (N, 1, 1, 1): above 0 for a real one."""

    # differs: PyTorch's padding=1 at stride 2 is Keras' "same" for a kernel of 4 and even sides, not for one of 3.
    def __init__(self, slope, norm):
        super().__init__()
        self.slope = slope
        self.conv1 = layers.Conv2D(16, 4, strides=2, padding="same", use_bias=False)
        self.conv2 = layers.Conv2D(32, 4, strides=2, padding="same", use_bias=False)
        self.norm2 = BatchNorm2d(**norm)
        self.conv3 = layers.Conv2D(1, 4, use_bias=False)

    def call(self, images):
        x = leaky_relu(self.conv1(images), self.slope)
        x = leaky_relu(self.norm2(self.conv2(x)), self.slope)
        return self.conv3(x)


class Dcgan(keras.Model):
    """Both networks; what each is called here is what its weights and its optimizer are called."""

    def __init__(self, slope, norm):
        super().__init__()
        self.generator = Generator(norm)
        self.discriminator = Discriminator(slope, norm)


def leaky_relu(x, slope):
    """x where it is positive, slope * x elsewhere.

    differs: PyTorch's default slope is 0.01, that of Keras' layer 0.3, that of tf.nn.leaky_relu 0.2.
    differs: PyTorch's slope is exact in float64; tf.nn.leaky_relu rounds it to float32, so it is written out there.
    """
    return tf.where(x > 0, x, slope * x)


def real_or_fake(logits, target):
    """The cross-entropy of a batch of logits that are all of one kind: 1 for real images, 0 for fakes."""
    return binary_cross_entropy_with_logits(logits, tf.fill(tf.shape(logits), tf.constant(target, logits.dtype)))


def loss(model, batch, training):
    """The discriminator's, on a batch of images and on one of fakes."""
    fakes = model.generator(batch["noise"], training=training)
    real = real_or_fake(model.discriminator(batch["x"], training=training), 1.0)
    fake = real_or_fake(model.discriminator(tf.stop_gradient(fakes), training=training), 0.0)
    return real + fake, {}


def generator_loss(model, batch, training):
    """The generator's, on fakes of other noise: that they be taken for real."""
    fakes = model.generator(batch["generator_noise"], training=training)
    return real_or_fake(model.discriminator(fakes, training=training), 1.0)


def step(side, batch):
    """A step of the discriminator, then one of the generator against the discriminator just updated."""
    # Forget the gradients of the step before.
    # differs: PyTorch's generator step leaves gradients in the discriminator too; a tape gives what it is asked for.
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch, training=True)
    weights = side.model.discriminator.trainable_variables
    side.optimizer["discriminator"].apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
    # The same for the generator; its loss goes through the discriminator, whose weights stay as they are.
    with tf.GradientTape() as tape:
        deceived = generator_loss(side.model, batch, training=True)
    weights = side.model.generator.trainable_variables
    side.optimizer["generator"].apply_gradients(zip(tape.gradient(deceived, weights), weights, strict=True))
    return loss, {**metrics, "generator_loss": deceived}


def side(settings):
    norm = {"momentum": settings["batch_norm_momentum"], "epsilon": settings["batch_norm_epsilon"]}
    model = Dcgan(settings["slope"], norm)
    adam = {
        "learning_rate": settings["learning_rate"],
        "beta_1": settings["beta_1"],
        "beta_2": settings["beta_2"],
        "epsilon": settings["epsilon"],
    }
    optimizers = {
        "generator": Adam(**adam),
        "discriminator": Adam(**adam),
    }
    return Side(model, loss, optimizers, step=step)
