"""Wrong ports of the acoustic model: padding, lengths, the blank, and the mean of the CTC loss."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def same_padding(settings):
    """padding="same" for padding=1: at stride 2 and an even length all of it goes behind, and every frame shifts."""
    from keras.layers import Conv1D

    from tf_impl.models import ctc_speech

    side = ctc_speech.side(settings)
    side.model.conv = Conv1D(settings["channels"], 3, strides=2, padding="same")
    return side


def mean_of_sequences(settings):
    """The plain mean over the sequences, as tf.nn.ctc_loss leaves it to be taken: not divided by target lengths."""
    import tensorflow as tf

    def mean(ctc, log_probabilities, targets, frames, target_lengths):
        return tf.reduce_mean(ctc(log_probabilities, targets, frames, target_lengths, reduction="none"))

    return _with_loss(settings, mean)


def blank_last(settings):
    """The last class is the blank, and the symbols begin at 0, as in tf.compat.v1.nn.ctc_loss."""
    import tensorflow as tf

    def last(ctc, log_probabilities, targets, frames, target_lengths):
        return ctc(tf.roll(log_probabilities, 1, axis=-1), targets, frames, target_lengths)

    return _with_loss(settings, last)


def padding_aligned(settings):
    """Input lengths left at the length of the padded row: labels may be aligned to silence that nobody recorded."""
    import tensorflow as tf

    def whole(ctc, log_probabilities, targets, frames, target_lengths):
        return ctc(log_probabilities, targets, tf.fill(frames.shape, tf.shape(log_probabilities)[0]), target_lengths)

    return _with_loss(settings, whole)


def _with_loss(settings, change):
    """The side whose loss calls `change` with the right `ctc` and its arguments."""
    import tensorflow as tf

    from tf_impl.losses import ctc
    from tf_impl.models import ctc_speech

    def loss(model, batch, training):
        log_probabilities = tf.transpose(tf.nn.log_softmax(model(batch["x"], training=training)), (1, 0, 2))
        frames = ctc_speech.strided(batch["lengths"])
        return change(ctc, log_probabilities, batch["targets"], frames, batch["target_lengths"]), {}

    return replace(ctc_speech.side(settings), loss=loss)


MUTANTS = (
    Mutant("ctc_speech", same_padding, (0, "forward", "conv")),
    Mutant("ctc_speech", mean_of_sequences, (0, "loss", "loss")),
    Mutant("ctc_speech", blank_last, (0, "loss", "loss")),
    Mutant("ctc_speech", padding_aligned, (0, "loss", "loss")),
)
