"""A convolution that halves the time, a GRU, CTC over its outputs. Notice the padding, the axes, and the lengths."""

import keras
import tensorflow as tf
from keras.layers import Dense

from compare.inputs.side import Side
from tf_impl.layers import GRU, Conv1d
from tf_impl.losses import ctc
from tf_impl.optimizers import Adam


class AcousticModel(keras.Model):
    # differs: PyTorch's convolution takes (N, features, time), its GRU (N, time, features); Keras' take the latter.
    def __init__(self, features, channels, hidden, classes):
        super().__init__()
        self.conv = Conv1d(channels, 3, strides=2, padding=1)
        self.gru = GRU(channels, hidden, unroll=True)
        self.head = Dense(classes)

    def call(self, x):
        """Logits (N, half the time, classes). Zeros after a sequence are to it what the convolution itself pads."""
        x = tf.nn.relu(self.conv(x))
        output, _ = self.gru(x)
        return self.head(output)


def strided(lengths):
    """How many outputs the convolution has for `lengths` inputs: (n + 2 * padding - kernel) // stride + 1."""
    return (lengths + 2 * 1 - 3) // 2 + 1


def loss(model, batch, training):
    # differs: PyTorch's ctc_loss takes log-probabilities, (time, N, classes); tf.nn.ctc_loss takes logits.
    log_probabilities = tf.transpose(tf.nn.log_softmax(model(batch["x"], training=training)), (1, 0, 2))
    return ctc(log_probabilities, batch["targets"], strided(batch["lengths"]), batch["target_lengths"]), {}


def side(settings):
    model = AcousticModel(*(settings[name] for name in ("features", "channels", "hidden", "classes")))
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    return Side(model, loss, optimizer)
