"""Wrong ports of the diffusion model: its norm, its embedding of time, and when the average is taken."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def group_norms_of_keras(settings):
    """Group norms with Keras' own epsilon, 1e-3."""
    from tf_impl.models import ddpm

    return ddpm.side({**settings, "norm_epsilon": 1e-3})


def waves_interleaved(settings):
    """Sine, cosine, sine, cosine, where the original has all sines first."""
    import tensorflow as tf

    from tf_impl.models import ddpm

    side = ddpm.side(settings)
    dense = side.model.denoiser.time.call
    half = settings["channels"]

    def call(waves, training=None):
        pairs = tf.stack((waves[:, :half], waves[:, half:]), 2)
        return dense(tf.reshape(pairs, (-1, 2 * half)), training=training)

    side.model.denoiser.time.call = call
    return side


def averaged_before_the_update(settings):
    """The average takes the weights that the step began with: it is one step behind."""
    import tensorflow as tf

    from tf_impl.models import ddpm

    def step(side, batch):
        ddpm.update_average(side.model.average, side.model.denoiser, settings["decay"])
        variables = side.model.denoiser.trainable_variables
        with tf.GradientTape() as tape:
            loss, metrics = side.loss(side.model, batch, training=True)
        gradients = tape.gradient(loss, variables)
        side.optimizer["denoiser"].apply_gradients(zip(gradients, variables, strict=True))
        return loss, metrics

    return replace(ddpm.side(settings), step=step)


MUTANTS = (
    Mutant("ddpm", group_norms_of_keras, (0, "forward", "denoiser.norm1"), steps=2),
    Mutant("ddpm", waves_interleaved, (0, "forward", "denoiser.time"), steps=2),
    Mutant("ddpm", averaged_before_the_update, (0, "update", "average.enter.weight"), steps=2),
)
