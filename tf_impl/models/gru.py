"""A GRU encoder and a GRU decoder over padded sequences. Notice which state is handed over, and what the loss counts.

differs: PyTorch's reset gate acts after the product with the hidden state; so does Keras' while reset_after=True.
"""

from functools import partial

import keras
import tensorflow as tf
from keras.layers import Dense, Embedding

from compare.inputs.side import Side
from tf_impl.layers import GRU
from tf_impl.losses import masked_mean
from tf_impl.optimizers import Adam


class PackedGRU(GRU):
    """A GRU over sequences of different lengths: its last state is that after each sequence's last real step."""

    def call(self, x, lengths):
        """`x` (N, time, features), `lengths` (N,): the output, to be read in real steps only; the last state."""
        # differs: PyTorch packs sequences, and stops where they end; TensorFlow runs on into padding: pick the state.
        output, _ = super().call(x)
        return output, tf.gather(output, lengths - 1, batch_dims=1)[None]


class Reverser(keras.Model):
    def __init__(self, symbols, embedding, hidden):
        super().__init__()
        self.embedding = Embedding(symbols, embedding)
        self.encoder = PackedGRU(embedding, hidden, unroll=True)
        self.decoder = GRU(embedding, hidden, unroll=True)
        self.head = Dense(symbols)

    def call(self, source, given, lengths):
        """Logits (N, time, symbols); at each step the decoder is given the right symbol before (teacher forcing)."""
        _, state = self.encoder(self.embedding(source), lengths)
        # The decoder runs on past a sequence's end: nothing depends on it there, and the loss leaves it out.
        output, _ = self.decoder(self.embedding(given), state)
        return self.head(output)


def loss(model, batch, training, padding):
    logits = model(batch["source"], batch["given"], batch["lengths"], training=training)
    target = batch["target"]
    real = tf.cast(target != padding, logits.dtype)
    # differs: PyTorch's ignore_index leaves padding out of sum and count; reduce_mean(each * mask) still counts it.
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logits)
    right = tf.cast(tf.argmax(logits, -1) == target, logits.dtype)
    return masked_mean(each, real), {"accuracy": masked_mean(right, real)}


def side(settings):
    model = Reverser(settings["symbols"], settings["embedding"], settings["hidden"])
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    return Side(model, partial(loss, padding=settings["padding"]), optimizer)
