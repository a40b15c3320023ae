"""Wrong ports of the U-Net: the order and the axis of what is put together, and which sums Dice is made of."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def skip_first(settings):
    """The skip connection first, then what comes up: where both have as many channels, the weights fit either way."""
    import tensorflow as tf

    from tf_impl.models import unet

    class SkipFirst(unet.UNet):
        def call(self, x):
            fine = tf.nn.relu(self.down1(x))
            coarse = tf.nn.relu(self.down2(self.pool1(fine)))
            x = tf.nn.relu(self.bottom(self.pool2(coarse)))
            x = tf.nn.relu(self.merge2(tf.concat((self.up2(x), coarse), -1)))
            x = tf.nn.relu(self.merge1(tf.concat((fine, self.up1(x)), -1)))
            return self.head(x)

    return replace(unet.side(settings), model=SkipFirst())


def bilinear_upsampling(settings):
    """Bilinear in place of nearest: PyTorch's default is nearest, as is Keras', but many networks say bilinear."""
    from keras import layers

    from tf_impl.models import unet

    side = unet.side(settings)
    side.model.up1 = layers.UpSampling2D(2, interpolation="bilinear")
    return side


def dice_of_the_batch(settings):
    """Dice over all images at once, as it is often written: the same sums, divided later."""
    import tensorflow as tf

    def dice(logits, target):
        probabilities, smooth = tf.nn.softmax(logits, -1), settings["smooth"]
        overlap, total = (tf.reduce_sum(each, (0, 1, 2)) for each in (probabilities * target, probabilities + target))
        return tf.reduce_mean(1 - (2 * overlap + smooth) / (total + smooth))

    return _with_dice(settings, dice)


def softmax_over_rows(settings):
    """PyTorch's axis of the classes, 1, kept where they are last: the shapes fit, and the rows of a column compete."""
    import tensorflow as tf

    from tf_impl.losses import dice

    return _with_dice(settings, lambda logits, target: dice(tf.nn.softmax(logits, 1), target, settings["smooth"]))


def _with_dice(settings, dice):
    import tensorflow as tf

    from tf_impl.losses import sparse_categorical_cross_entropy
    from tf_impl.models import unet

    def loss(model, batch, training):
        logits, labels = model(batch["x"], training=training), batch["y"]
        entropy = sparse_categorical_cross_entropy(logits, labels)
        overlap = dice(logits, tf.one_hot(labels, 3, dtype=logits.dtype))
        accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, -1) == labels, logits.dtype))
        return entropy + overlap, {"entropy": entropy, "dice": overlap, "accuracy": accuracy}

    return replace(unet.side(settings), loss=loss)


MUTANTS = (
    Mutant("unet", skip_first, (0, "forward", "merge1")),
    Mutant("unet", bilinear_upsampling, (0, "forward", "up1")),
    Mutant("unet", dice_of_the_batch, (0, "loss", "loss")),
    Mutant("unet", softmax_over_rows, (0, "loss", "loss")),
)
