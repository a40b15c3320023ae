"""Attention. Notice what True means in a mask, the scale, the order of the arguments, and which axis the heads are."""

import keras
import tensorflow as tf
from keras import layers


def attention(query, key, value):
    """softmax(Q K^T / sqrt(size)) V over (N, heads, time, size). keras.layers.Attention does not scale by default, and
    takes (query, value, key)."""
    scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
    return tf.nn.softmax(scores) @ value


def attention_own_scale(query, key, value):
    """PyTorch's `scale` multiplies the products in place of 1 / sqrt(size)."""
    return tf.nn.softmax(tf.matmul(query, key, transpose_b=True) * 0.3) @ value


def attention_stock(query, key, value):
    """keras.ops takes (N, time, heads, size), PyTorch (N, heads, time, size): the wrong one also runs. Keras' scale is
    a float32 number, exact only where the size is a power of four."""
    return keras.ops.dot_product_attention(query, key, value)


def attention_layer_stock(query, key, value):
    """use_scale=True gives Keras' layer a trained weight as its scale, which starts at 1: scale the query yourself
    instead. Its order is (query, value, key)."""
    return layers.Attention()([query / query.shape[-1] ** 0.5, value, key])


def attention_causal(query, key, value):
    """Each step attends to itself and to earlier steps. PyTorch has is_causal, or takes a lower triangle of True."""
    return _attend(query, key, value, mask=_causal(4, 4))


def attention_causal_with_cache(query, key, value):
    """With fewer queries than keys, as in generation, PyTorch's is_causal counts both from the start, so the last query
    would not see the last keys: write the mask."""
    return _attend(query, key, value, mask=_causal(4, 5))


def attention_boolean_mask(query, key, value, mask):
    """True means that a key takes part in F.scaled_dot_product_attention and in Keras, but that it is left out in
    nn.MultiheadAttention."""
    return _attend(query, key, value, mask=mask)


def attention_additive_mask(query, key, value, bias):
    """A mask of floats is added to the scaled products, and has a gradient."""
    return _attend(query, key, value, bias=bias)


def attention_fully_masked_row(query, key, value):
    """For a query that may see no key, PyTorch gives zeros, a softmax over minus infinities NaN, and Keras' large
    negative number the mean of all values. Set the result to zero, and keep infinities out of that row."""
    mask = tf.constant([[True, True, False], [False, False, False]])
    sees = tf.reduce_any(mask, -1, keepdims=True)
    return tf.where(sees, _attend(query, key, value, mask=mask | ~sees), 0)


def attention_sliding_window(query, key, value):
    """Each step attends to itself and to the two before it: a band of the triangle."""
    return _attend(query, key, value, mask=tf.linalg.band_part(tf.ones((4, 4)), 2, 0) == 1)


def attention_alibi(query, key, value):
    """Each head adds its slope, 2^(-8 i / heads), times the distance to the scaled products; the distance is
    negative."""
    slopes = 2.0 ** (-4 * tf.range(1, 3, dtype=query.dtype))
    steps = tf.range(4, dtype=query.dtype)
    bias = slopes[:, None, None] * (steps - steps[:, None])
    return _attend(query, key, value, mask=_causal(4, 4), bias=bias)


def attention_relative_bias(query, key, value, table):
    """A learned number for each head and each distance, looked up in a table by the position of the key minus that of
    the query."""
    distance = tf.range(5) - tf.range(4)[:, None] + 3
    return _attend(query, key, value, bias=tf.gather(table, distance, axis=1))


def attention_grouped_query(query, key, value):
    """Neighbouring query heads share a key: repeat each key head, as PyTorch does, not the whole row of heads, as tile
    does. keras.layers.GroupQueryAttention is a layer for it."""
    return _attend(query, tf.repeat(key, 2, axis=1), tf.repeat(value, 2, axis=1))


def attention_additive(query, key, scale):
    """Bahdanau's: the tanh of a sum, times a vector. In keras.layers.AdditiveAttention that vector is the `scale`."""
    scores = tf.linalg.matvec(tf.tanh(query[:, :, None] + key[:, None]), scale)
    return tf.nn.softmax(scores) @ key


def attention_pooling(x, query, valid):
    """One learned query for each sequence: the softmax is over time, axis 1, while tf.nn.softmax takes the last axis by
    default."""
    scores = tf.where(valid, tf.linalg.matvec(x, query), float("-inf"))
    return tf.reduce_sum(tf.nn.softmax(scores, axis=1)[:, :, None] * x, 1)


def _attend(query, key, value, mask=None, bias=0.0):
    """(..., time, size) each; `mask` is True where a key takes part, `bias` is added to the scaled products."""
    scores = tf.matmul(query * query.shape[-1] ** -0.5, key, transpose_b=True) + bias
    scores = scores if mask is None else tf.where(mask, scores, float("-inf"))
    return tf.nn.softmax(scores) @ value


def _causal(queries: int, keys: int):
    """True up to the query's own position, both counted from their ends."""
    return tf.range(keys) <= tf.range(queries)[:, None] + keys - queries
