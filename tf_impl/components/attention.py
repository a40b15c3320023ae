"""Attention. Notice what True means in a mask, the scale, the order of the arguments, and where the heads stand."""

import keras
import tensorflow as tf
from keras import layers


def attention(query, key, value):
    """softmax(Q K^T / sqrt(size)) V over (N, heads, time, size). keras.layers.Attention does not scale, and takes
    (query, value, key).
    """
    scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
    return tf.nn.softmax(scores) @ value


def attention_own_scale(query, key, value):
    """The products are multiplied by PyTorch's scale; 1 / sqrt(size) is left out then."""
    return tf.nn.softmax(tf.matmul(query, key, transpose_b=True) * 0.3) @ value


def attention_stock(query, key, value):
    """keras.ops wants (N, time, heads, size), PyTorch (N, heads, time, size): swapped, both run. Keras' scale is a
    float32 number, exact only where the size is a power of four.
    """
    return keras.ops.dot_product_attention(query, key, value)


def attention_layer_stock(query, key, value):
    """use_scale=True in Keras' layer is a weight that is trained; its scale is 1 at first, so scale the query before,
    and mind (query, value, key).
    """
    return layers.Attention()([query / query.shape[-1] ** 0.5, value, key])


def attention_causal(query, key, value):
    """Each step looks at itself and what is before. PyTorch has is_causal, or a lower triangle of True."""
    return _attend(query, key, value, mask=_causal(4, 4))


def attention_causal_with_cache(query, key, value):
    """Fewer queries than keys, as in generation: PyTorch's is_causal counts both from the start, so the last query
    would not see the last keys; write the mask.
    """
    return _attend(query, key, value, mask=_causal(4, 5))


def attention_boolean_mask(query, key, value, mask):
    """In F.scaled_dot_product_attention and in Keras True takes part; in nn.MultiheadAttention True is left out."""
    return _attend(query, key, value, mask=mask)


def attention_additive_mask(query, key, value, bias):
    """A mask of floats is added to the scaled products, and has a gradient."""
    return _attend(query, key, value, bias=bias)


def attention_fully_masked_row(query, key, value):
    """A query that sees nothing: PyTorch gives zeros, a softmax over minus infinities NaN, and Keras' large negative
    number the mean of all values. Zero it out, and leave no infinity in its row.
    """
    mask = tf.constant([[True, True, False], [False, False, False]])
    sees = tf.reduce_any(mask, -1, keepdims=True)
    return tf.where(sees, _attend(query, key, value, mask=mask | ~sees), 0)


def attention_sliding_window(query, key, value):
    """Each step looks at itself and two before: a band of the triangle."""
    return _attend(query, key, value, mask=tf.linalg.band_part(tf.ones((4, 4)), 2, 0) == 1)


def attention_alibi(query, key, value):
    """A slope for each head, 2^(-8 i / heads), times the distance, which is negative: it is added to the scaled
    products.
    """
    slopes = 2.0 ** (-4 * tf.range(1, 3, dtype=query.dtype))
    steps = tf.range(4, dtype=query.dtype)
    bias = slopes[:, None, None] * (steps - steps[:, None])
    return _attend(query, key, value, mask=_causal(4, 4), bias=bias)


def attention_relative_bias(query, key, value, table):
    """A learned number for each head and distance, read out of a table by key minus query."""
    distance = tf.range(5) - tf.range(4)[:, None] + 3
    return _attend(query, key, value, bias=tf.gather(table, distance, axis=1))


def attention_grouped_query(query, key, value):
    """Neighbouring heads of the query share a key: repeat each head, as PyTorch does, not the row of heads, as tile
    does. keras.layers.GroupQueryAttention has it in a layer.
    """
    return _attend(query, tf.repeat(key, 2, axis=1), tf.repeat(value, 2, axis=1))


def attention_additive(query, key, scale):
    """Bahdanau's: the tanh of a sum, weighed by a vector. keras.layers.AdditiveAttention has that
    vector as its scale.
    """
    scores = tf.linalg.matvec(tf.tanh(query[:, :, None] + key[:, None]), scale)
    return tf.nn.softmax(scores) @ key


def attention_pooling(x, query, valid):
    """One learned query for each sequence: the softmax is over time, axis 1, and tf.nn.softmax takes the last unless
    told so.
    """
    scores = tf.where(valid, tf.linalg.matvec(x, query), float("-inf"))
    return tf.reduce_sum(tf.nn.softmax(scores, axis=1)[:, :, None] * x, 1)


def _attend(query, key, value, mask=None, bias=0.0):
    """(..., time, size) each; `mask` is True where a key takes part, `bias` is added to the scaled products."""
    scores = tf.matmul(query * query.shape[-1] ** -0.5, key, transpose_b=True) + bias
    scores = scores if mask is None else tf.where(mask, scores, float("-inf"))
    return tf.nn.softmax(scores) @ value


def _causal(queries: int, keys: int):
    """True up to the query's own place, both counted from their ends."""
    return tf.range(keys) <= tf.range(queries)[:, None] + keys - queries
