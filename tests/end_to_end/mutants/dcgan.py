"""Wrong ports of the GAN: what goes wrong around two networks, two optimizers and Keras' own defaults."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def default_batch_norm(settings):
    """Keras' own batch norm with its own epsilon, 1e-3, beside which activations of weights of 0.02 are small."""
    from tf_impl.models import dcgan

    return dcgan.side({**settings, "batch_norm_epsilon": 1e-3})


def default_leaky_slope(settings):
    """The slope of Keras' LeakyReLU layer, 0.3, in place of PyTorch's argument of 0.2."""
    from tf_impl.models import dcgan

    return dcgan.side({**settings, "slope": 0.3})


def default_beta(settings):
    """The beta_1 of 0.5 forgotten in one of two optimizers: Adam's first update does not show it, its state does."""
    from tf_impl.models import dcgan

    side, other = dcgan.side(settings), dcgan.side({**settings, "beta_1": 0.9})
    return replace(side, optimizer={**side.optimizer, "generator": other.optimizer["generator"]})


def discriminator_not_training(settings):
    """training=True forgotten where the discriminator is called: Keras normalises by the running statistics."""
    import tensorflow as tf

    from tf_impl.models import dcgan

    def loss(model, batch, training):
        fakes = model.generator(batch["noise"], training=training)
        real = dcgan.real_or_fake(model.discriminator(batch["x"]), 1.0)
        return real + dcgan.real_or_fake(model.discriminator(tf.stop_gradient(fakes)), 0.0), {}

    return replace(dcgan.side(settings), loss=loss)


def one_tape_for_both(settings):
    """The form of TensorFlow's own tutorial: both losses are taken before either network is updated."""
    import tensorflow as tf

    from tf_impl.models import dcgan

    def step(side, batch):
        model = side.model
        with tf.GradientTape() as discriminators, tf.GradientTape() as generators:
            loss, metrics = side.loss(model, batch, training=True)
            deceived = dcgan.generator_loss(model, batch, training=True)
        for part, value, tape in (("discriminator", loss, discriminators), ("generator", deceived, generators)):
            weights = getattr(model, part).trainable_variables
            side.optimizer[part].apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        return loss, {**metrics, "generator_loss": deceived}

    return replace(dcgan.side(settings), step=step)


def updates_both_by_the_generators_loss(settings):
    """A tape asked for all gradients: the generator's loss moves the discriminator too, so that it is fooled."""
    import tensorflow as tf

    from tf_impl.models import dcgan

    def step(side, batch):
        model = side.model
        with tf.GradientTape() as tape:
            loss, metrics = side.loss(model, batch, training=True)
        weights = model.discriminator.trainable_variables
        side.optimizer["discriminator"].apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        with tf.GradientTape() as tape:
            deceived = dcgan.generator_loss(model, batch, training=True)
        gradients = tape.gradient(
            deceived, [part.trainable_variables for part in (model.generator, model.discriminator)]
        )
        for part, found in zip(("generator", "discriminator"), gradients, strict=True):
            side.optimizer[part].apply_gradients(zip(found, getattr(model, part).trainable_variables, strict=True))
        return loss, {**metrics, "generator_loss": deceived}

    return replace(dcgan.side(settings), step=step)


MUTANTS = (
    Mutant("dcgan", default_batch_norm, (0, "forward", "generator.norm1")),
    # The slope stands between two convolutions: the second is the first to show it.
    Mutant("dcgan", default_leaky_slope, (0, "forward", "discriminator.conv2")),
    Mutant("dcgan", default_beta, (0, "state", "generator.up1.weight exp_avg")),
    Mutant("dcgan", discriminator_not_training, (0, "forward", "discriminator.norm2")),
    # PyTorch's generator meets the discriminator that was just updated: its third call in the step.
    Mutant("dcgan", one_tape_for_both, (0, "forward", "discriminator.conv1 (call 3)")),
    # Its second gradient has no other to be compared with.
    Mutant("dcgan", updates_both_by_the_generators_loss, (0, "update", "discriminator.conv1.weight")),
)
