"""A U-Net of two levels, trained by Dice and cross-entropy (Ronneberger et al., 2015; Milletari et al., 2016).

Notice the axis of the classes, in every concatenation, softmax and sum; and the two ways up.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import dice, sparse_categorical_cross_entropy
from tf_impl.optimizers import Adam


class UNet(keras.Model):
    def __init__(self):
        super().__init__()
        self.down1 = layers.Conv2D(8, 3, padding="same")
        self.pool1 = layers.MaxPooling2D(2)
        self.down2 = layers.Conv2D(16, 3, padding="same")
        self.pool2 = layers.MaxPooling2D(2)
        self.bottom = layers.Conv2D(16, 3, padding="same")
        self.up2 = layers.Conv2DTranspose(8, 2, strides=2)
        self.merge2 = layers.Conv2D(8, 3, padding="same")
        self.up1 = layers.UpSampling2D(2, interpolation="nearest")
        self.merge1 = layers.Conv2D(8, 3, padding="same")
        self.head = layers.Conv2D(3, 1)

    def call(self, x):
        """Images (N, 1, 16, 16) to logits of three classes (N, 3, 16, 16); channels are last on the TF side."""
        fine = tf.nn.relu(self.down1(x))
        coarse = tf.nn.relu(self.down2(self.pool1(fine)))
        x = tf.nn.relu(self.bottom(self.pool2(coarse)))
        # differs: PyTorch's channels are axis 1, Keras' the last; the order of the parts must be that of the weights.
        x = tf.nn.relu(self.merge2(tf.concat((self.up2(x), coarse), -1)))
        x = tf.nn.relu(self.merge1(tf.concat((self.up1(x), fine), -1)))
        return self.head(x)


def loss(model, batch, training, smooth):
    """Cross-entropy over all pixels, plus Dice over each class of each image; metrics: both, and the accuracy."""
    logits, labels = model(batch["x"], training=training), batch["y"]
    # differs: PyTorch's losses have the classes on axis 1, its one_hot puts them last; TensorFlow's are always last.
    entropy = sparse_categorical_cross_entropy(logits, labels)
    target = tf.one_hot(labels, 3, dtype=logits.dtype)
    overlap = dice(tf.nn.softmax(logits, -1), target, smooth)
    accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, -1) == labels, logits.dtype))
    return entropy + overlap, {"entropy": entropy, "dice": overlap, "accuracy": accuracy}


def side(settings):
    model = UNet()
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    return Side(model, partial(loss, smooth=settings["smooth"]), optimizer)
