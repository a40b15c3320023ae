"""Wrong ports of the variational autoencoder: a mean in place of a sum, and a variance in place of a deviation."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def pixels_averaged(settings):
    """keras.losses.binary_crossentropy, which averages over the pixels: KL weighs 64 times as much."""
    import keras
    import tensorflow as tf

    from tf_impl.models import vae

    def loss(model, batch, training):
        logits, mean, log_variance = model(batch["x"], batch["noise"], training=training)
        reconstruction = tf.reduce_mean(keras.losses.binary_crossentropy(batch["x"], logits, from_logits=True))
        kl = vae.divergence(mean, log_variance)
        return reconstruction + kl, {"reconstruction": reconstruction, "kl": kl}

    return replace(vae.side(settings), loss=loss)


def variance_as_deviation(settings):
    """The half in exp(0.5 * log_variance) forgotten."""
    import tensorflow as tf

    from tf_impl.models import vae

    class Vae(vae.Vae):
        def call(self, x, noise):
            hidden = tf.tanh(self.hidden(x))
            mean, log_variance = self.mean(hidden), self.log_variance(hidden)
            latent = mean + tf.exp(log_variance) * noise
            return self.pixels(tf.tanh(self.unfold(latent))), mean, log_variance

    return replace(vae.side(settings), model=Vae(settings))


def noise_shared(settings):
    """One draw of noise for the whole batch: a shape without the batch's axis, broadcast."""
    from tf_impl.models import vae

    class Vae(vae.Vae):
        def call(self, x, noise):
            return super().call(x, noise[:1])

    return replace(vae.side(settings), model=Vae(settings))


MUTANTS = (
    Mutant("vae", pixels_averaged, (0, "loss", "loss"), steps=2),
    Mutant("vae", variance_as_deviation, (0, "forward", "unfold"), steps=2),
    Mutant("vae", noise_shared, (0, "forward", "unfold"), steps=2),
)
