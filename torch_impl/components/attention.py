"""Attention. Notice what True means in a mask, the scale, the order of the arguments, and which axis the heads are."""

import torch
import torch.nn.functional as F


def attention(query, key, value):
    """softmax(Q K^T / sqrt(size)) V over (N, heads, time, size). keras.layers.Attention does not scale by default, and
    takes (query, value, key)."""
    return F.scaled_dot_product_attention(query, key, value)


def attention_own_scale(query, key, value):
    """PyTorch's `scale` multiplies the products in place of 1 / sqrt(size)."""
    return F.scaled_dot_product_attention(query, key, value, scale=0.3)


def attention_stock(query, key, value):
    """keras.ops takes (N, time, heads, size), PyTorch (N, heads, time, size): the wrong one also runs. Keras' scale is
    a float32 number, exact only where the size is a power of four."""
    return F.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (query, key, value))).transpose(1, 2)


def attention_layer_stock(query, key, value):
    """use_scale=True gives Keras' layer a trained weight as its scale, which starts at 1: scale the query yourself
    instead. Its order is (query, value, key)."""
    return F.scaled_dot_product_attention(query, key, value)


def attention_causal(query, key, value):
    """Each step attends to itself and to earlier steps. PyTorch has is_causal, or takes a lower triangle of True."""
    return F.scaled_dot_product_attention(query, key, value, is_causal=True)


def attention_causal_with_cache(query, key, value):
    """With fewer queries than keys, as in generation, PyTorch's is_causal counts both from the start, so the last query
    would not see the last keys: write the mask."""
    mask = torch.ones(4, 5, dtype=torch.bool).tril(diagonal=1)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_boolean_mask(query, key, value, mask):
    """True means that a key takes part in F.scaled_dot_product_attention and in Keras, but that it is left out in
    nn.MultiheadAttention."""
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_additive_mask(query, key, value, bias):
    """A mask of floats is added to the scaled products, and has a gradient."""
    return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)


def attention_fully_masked_row(query, key, value):
    """For a query that may see no key, PyTorch gives zeros, a softmax over minus infinities NaN, and Keras' large
    negative number the mean of all values. Set the result to zero, and keep infinities out of that row."""
    mask = torch.tensor([[True, True, False], [False, False, False]])
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_sliding_window(query, key, value):
    """Each step attends to itself and to the two before it: a band of the triangle."""
    mask = torch.ones(4, 4, dtype=torch.bool).tril().triu(-2)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_alibi(query, key, value):
    """Each head adds its slope, 2^(-8 i / heads), times the distance to the scaled products; the distance is
    negative."""
    slopes = 2.0 ** (-4 * torch.arange(1, 3, dtype=query.dtype))
    steps = torch.arange(4, dtype=query.dtype)
    bias = (slopes[:, None, None] * (steps - steps[:, None])).masked_fill(steps > steps[:, None], float("-inf"))
    return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)


def attention_relative_bias(query, key, value, table):
    """A learned number for each head and each distance, looked up in a table by the position of the key minus that of
    the query."""
    distance = torch.arange(5) - torch.arange(4)[:, None] + 3
    return F.scaled_dot_product_attention(query, key, value, attn_mask=table[:, distance])


def attention_grouped_query(query, key, value):
    """Neighbouring query heads share a key: repeat each key head, as PyTorch does, not the whole row of heads, as tile
    does. keras.layers.GroupQueryAttention is a layer for it."""
    return F.scaled_dot_product_attention(query, key, value, enable_gqa=True)


def attention_additive(query, key, scale):
    """Bahdanau's: the tanh of a sum, times a vector. In keras.layers.AdditiveAttention that vector is the `scale`."""
    scores = (query[:, :, None] + key[:, None]).tanh() @ scale
    return scores.softmax(-1) @ key


def attention_pooling(x, query, valid):
    """One learned query for each sequence: the softmax is over time, axis 1, while tf.nn.softmax takes the last axis by
    default."""
    scores = (x @ query).masked_fill(~valid, float("-inf"))
    return (scores.softmax(1)[:, :, None] * x).sum(1)
