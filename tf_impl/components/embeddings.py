"""Embeddings and positions. Notice which rows get a gradient, and that TensorFlow's gradient of a table is sparse."""

import math

import keras
import tensorflow as tf
from keras import layers


def embedding():
    """The tables have the same layout, (tokens, features), but start differently: normal with deviation 1 in PyTorch,
    uniform within 0.05 in Keras."""
    return layers.Embedding(7, 4)


def embedding_padding_index():
    """PyTorch's padding_idx gives that row no gradient, and zeros at the start. Keras' mask_zero trains the row, and
    makes later layers and losses skip those positions."""
    return _PaddedEmbedding(7, 4)


def embedding_repeated_token(table, tokens):
    """A token that occurs twice gets both gradients. TensorFlow's gradient is IndexedSlices with that row twice, and
    clipping and most Keras optimizers square the two apart: call tf.convert_to_tensor(gradient) first."""
    return tf.gather(table, tokens)


def embedding_max_norm():
    """PyTorch shortens the rows that are read, in the table itself, before it reads them, and without a gradient
    through that. Keras' MaxNorm constrains the whole table after the update, over columns unless axis=1."""
    return _BoundedEmbedding(7, 4)


def embedding_scaled(table, tokens):
    """Transformers multiply by the root of the width. A Python float stays exact; tf.cast(8**0.5, tf.float64) would
    round it to float32."""
    return tf.gather(table, tokens) * 8**0.5


def embedding_one_hot(table, tokens):
    """A product with one-hot rows: PyTorch's one_hot gives integers, which must be cast; TensorFlow's takes the dtype.
    The gradient is then dense."""
    return tf.one_hot(tokens, 7, dtype=table.dtype) @ table


def embedding_bag_mean():
    """Keras has no EmbeddingBag: use an embedding and a mean over the tokens, without a mask."""
    return keras.Sequential([layers.Embedding(7, 4), layers.GlobalAveragePooling1D()])


def embedding_bag_max():
    """The maximum of each feature over the tokens of a bag."""
    return keras.Sequential([layers.Embedding(7, 4), layers.GlobalMaxPooling1D()])


def embedding_bag_weighted_sum(table, tokens, weights):
    """PyTorch takes weights for the sum only, not for the mean."""
    return tf.einsum("nl,nlf->nf", weights, tf.gather(table, tokens))


def embedding_bag_offsets(table, tokens, offsets):
    """Bags of different lengths: PyTorch takes the position where each bag begins, TensorFlow's segment_mean the bag of
    each token. Both give zeros for an empty bag."""
    bags = tf.searchsorted(offsets, tf.range(len(tokens), dtype=offsets.dtype), side="right") - 1
    return tf.math.unsorted_segment_mean(tf.gather(table, tokens), bags, len(offsets))


def embedding_tied_output():
    """One matrix embeds the tokens and computes their scores at the end, so its gradient has two parts. On both sides
    the table is (tokens, features); the output layer uses its transpose."""
    return _Tied()


def positions_learned():
    """A second table, read at the positions 0, 1, 2, ... up to the length of this batch."""
    return _TokensAndPositions()


def positions_sinusoidal(x):
    """Sines and cosines alternate, feature by feature. Compute the angles in the precision of x: PyTorch's arange and
    TensorFlow's range give float32 or integers by default."""
    angles = _sines(*x.shape[1:], like=x)
    return x + tf.reshape(tf.stack((tf.sin(angles), tf.cos(angles)), -1), x.shape[1:])


def positions_sinusoidal_halves(x):
    """Other code (tensor2tensor, diffusion models) has all sines first, then all cosines: a different encoding, which
    trains just as well but does not fit the same weights."""
    angles = _sines(*x.shape[1:], like=x)
    return x + tf.concat((tf.sin(angles), tf.cos(angles)), -1)


def timestep_embedding(timesteps):
    """Diffusion models encode the number of the step. PyTorch code divides by half - 1 or by half, and puts sines or
    cosines first: check which."""
    rates = tf.constant(10000.0, timesteps.dtype) ** (-tf.range(4, dtype=timesteps.dtype) / 4)
    angles = timesteps[:, None] * rates
    return tf.concat((tf.cos(angles), tf.sin(angles)), -1)


def rotary_halves(x):
    """As in Llama and GPT-NeoX: feature i is rotated with feature i + half. Weights for the other order only fit after
    reordering the rows of query and key."""
    angles = _sines(*x.shape[1:], like=x)
    first, second = tf.split(x, 2, -1)
    cosines, sines = tf.cos(angles), tf.sin(angles)
    return tf.concat((first * cosines - second * sines, second * cosines + first * sines), -1)


def rotary_pairs(x):
    """As in the paper and in GPT-J: each even feature is rotated with the odd one after it."""
    angles = _sines(*x.shape[1:], like=x)
    even, odd = x[..., ::2], x[..., 1::2]
    turned = even * tf.cos(angles) - odd * tf.sin(angles), odd * tf.cos(angles) + even * tf.sin(angles)
    return tf.reshape(tf.stack(turned, -1), x.shape)


def class_token(x, token):
    """One learned token at the start of every sequence: expand in PyTorch, broadcast_to in TensorFlow. Both sum its
    gradient over the batch."""
    return tf.concat((tf.broadcast_to(token, (len(x), 1, x.shape[-1])), x), 1)


def random_fourier_features(x, frequencies):
    """Fixed random frequencies: copy them over as data, because two frameworks cannot generate the same ones. Use 2 pi
    as a Python number: pi in float32 is off by 9e-8."""
    angles = 2 * math.pi * x @ frequencies
    return tf.concat((tf.sin(angles), tf.cos(angles)), -1)


def _sines(length: int, features: int, like):
    """The angles of "Attention is all you need": position / 10000^(2i / features), (length, features / 2)."""
    rates = tf.constant(10000.0, like.dtype) ** (-tf.range(0, features, 2, dtype=like.dtype) / features)
    return tf.range(length, dtype=like.dtype)[:, None] * rates


class _PaddedEmbedding(layers.Embedding):
    """The row of index 0 is read, and never trained."""

    def call(self, tokens):
        vectors = super().call(tokens)
        return tf.where(tokens[..., None] == 0, tf.stop_gradient(vectors), vectors)


class _BoundedEmbedding(layers.Embedding):
    """Rows longer than 1 are shortened in the table when they are read (at::embedding_renorm_)."""

    def call(self, tokens):
        norms = tf.norm(self.embeddings, axis=1)
        read = tf.reduce_any(tf.reshape(tokens, (-1, 1)) == tf.range(self.input_dim, dtype=tokens.dtype), 0)
        scale = tf.where(read & (norms > 1), 1 / (norms + 1e-7), 1)
        self.embeddings.assign(self.embeddings * tf.stop_gradient(scale)[:, None])
        return super().call(tokens)


class _TokensAndPositions(keras.Model):
    def __init__(self):
        super().__init__()
        self.tokens = layers.Embedding(7, 4)
        self.positions = layers.Embedding(6, 4)

    def call(self, tokens):
        return self.tokens(tokens) + self.positions(tf.range(tokens.shape[1]))


class _Tied(keras.Model):
    def __init__(self):
        super().__init__()
        self.embedding = layers.Embedding(7, 4)
        self.hidden = layers.Dense(4)

    def call(self, tokens):
        return tf.matmul(self.hidden(self.embedding(tokens)), self.embedding.embeddings, transpose_b=True)
