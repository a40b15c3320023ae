"""Embeddings and positions. Notice which rows get a gradient, and that TensorFlow's gradient of a table is sparse."""

import math

import keras
import tensorflow as tf
from keras import layers


def embedding():
    """The tables are alike, (tokens, features); the draws are not: PyTorch's normal of deviation 1, Keras' uniform
    within 0.05.
    """
    return layers.Embedding(7, 4)


def embedding_padding_index():
    """PyTorch's padding_idx gives that row no gradient, and zeros to begin with; Keras' mask_zero trains it, and makes
    later layers and losses leave positions out.
    """
    return _PaddedEmbedding(7, 4)


def embedding_repeated_token(table, tokens):
    """A token that comes twice gets both gradients. TensorFlow's is IndexedSlices with the row in it twice, and most
    Keras optimizers square these apart, as clipping does: tf.convert_to_tensor(gradient) first.
    """
    return tf.gather(table, tokens)


def embedding_max_norm():
    """PyTorch shortens the rows that are read, in the table, before it reads them, and with no gradient through that;
    Keras' MaxNorm is a constraint on the whole table after the update, over columns unless axis=1.
    """
    return _BoundedEmbedding(7, 4)


def embedding_scaled(table, tokens):
    """Transformers multiply by the root of the width. As a Python float it stays exact; tf.cast(8**0.5, tf.float64)
    would pass through float32.
    """
    return tf.gather(table, tokens) * 8**0.5


def embedding_one_hot(table, tokens):
    """A product with one-hot rows: PyTorch's one_hot is of integers and must be cast, TensorFlow's is told its dtype.
    The gradient is then dense.
    """
    return tf.one_hot(tokens, 7, dtype=table.dtype) @ table


def embedding_bag_mean():
    """Keras has no EmbeddingBag: it is an embedding and a mean over the tokens, without a mask."""
    return keras.Sequential([layers.Embedding(7, 4), layers.GlobalAveragePooling1D()])


def embedding_bag_max():
    """The maximum of each feature over the tokens of a bag."""
    return keras.Sequential([layers.Embedding(7, 4), layers.GlobalMaxPooling1D()])


def embedding_bag_weighted_sum(table, tokens, weights):
    """PyTorch weighs tokens in the sum only, not in the mean."""
    return tf.einsum("nl,nlf->nf", weights, tf.gather(table, tokens))


def embedding_bag_offsets(table, tokens, offsets):
    """Bags of unlike lengths: PyTorch is told where each begins, TensorFlow's segment_mean to which bag each token
    belongs. For an empty bag both give zeros.
    """
    bags = tf.searchsorted(offsets, tf.range(len(tokens), dtype=offsets.dtype), side="right") - 1
    return tf.math.unsorted_segment_mean(tf.gather(table, tokens), bags, len(offsets))


def embedding_tied_output():
    """One matrix reads tokens in and scores them at the end, so its gradient has two parts. On both sides the table is
    (tokens, features): the output layer takes it transposed.
    """
    return _Tied()


def positions_learned():
    """A second table, read at 0, 1, 2, ... up to this batch's length."""
    return _TokensAndPositions()


def positions_sinusoidal(x):
    """Sines and cosines in turn, feature by feature. Compute the angles in the precision of x: PyTorch's arange and
    TensorFlow's range are float32 or integers unless told otherwise.
    """
    angles = _sines(*x.shape[1:], like=x)
    return x + tf.reshape(tf.stack((tf.sin(angles), tf.cos(angles)), -1), x.shape[1:])


def positions_sinusoidal_halves(x):
    """Other code (tensor2tensor, diffusion models) has all sines first, then all cosines: not the same encoding, though
    it trains as well.
    """
    angles = _sines(*x.shape[1:], like=x)
    return x + tf.concat((tf.sin(angles), tf.cos(angles)), -1)


def timestep_embedding(timesteps):
    """Diffusion models encode the step number; PyTorch code mostly divides by half - 1 or by half, and puts sines or
    cosines first: look which.
    """
    rates = tf.constant(10000.0, timesteps.dtype) ** (-tf.range(4, dtype=timesteps.dtype) / 4)
    angles = timesteps[:, None] * rates
    return tf.concat((tf.cos(angles), tf.sin(angles)), -1)


def rotary_halves(x):
    """As in Llama and GPT-NeoX: feature i turns with feature i + half. Weights of one order do not fit the other
    without reordering the rows of query and key.
    """
    angles = _sines(*x.shape[1:], like=x)
    first, second = tf.split(x, 2, -1)
    cosines, sines = tf.cos(angles), tf.sin(angles)
    return tf.concat((first * cosines - second * sines, second * cosines + first * sines), -1)


def rotary_pairs(x):
    """As in the paper and GPT-J: each even feature turns with the odd one behind it."""
    angles = _sines(*x.shape[1:], like=x)
    even, odd = x[..., ::2], x[..., 1::2]
    turned = even * tf.cos(angles) - odd * tf.sin(angles), odd * tf.cos(angles) + even * tf.sin(angles)
    return tf.reshape(tf.stack(turned, -1), x.shape)


def class_token(x, token):
    """One learned token in front of every sequence: expand and broadcast_to copy nothing in PyTorch, and TensorFlow's
    gradient sums over the batch as PyTorch's does.
    """
    return tf.concat((tf.broadcast_to(token, (len(x), 1, x.shape[-1])), x), 1)


def random_fourier_features(x, frequencies):
    """Fixed frequencies, carried over as data, for two frameworks draw unlike ones. Mind 2 pi as a Python number: a
    float32 pi is off by 9e-8.
    """
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
