"""Attention. Notice what True means in a mask, the scale, the order of the arguments, and where the heads stand."""

import torch
import torch.nn.functional as F


def attention(query, key, value):
    """softmax(Q K^T / sqrt(size)) V over (N, heads, time, size). keras.layers.Attention does not scale, and takes
    (query, value, key).
    """
    return F.scaled_dot_product_attention(query, key, value)


def attention_own_scale(query, key, value):
    """The products are multiplied by PyTorch's scale; 1 / sqrt(size) is left out then."""
    return F.scaled_dot_product_attention(query, key, value, scale=0.3)


def attention_stock(query, key, value):
    """keras.ops wants (N, time, heads, size), PyTorch (N, heads, time, size): swapped, both run. Keras' scale is a
    float32 number, exact only where the size is a power of four.
    """
    return F.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (query, key, value))).transpose(1, 2)


def attention_layer_stock(query, key, value):
    """use_scale=True in Keras' layer is a weight that is trained; its scale is 1 at first, so scale the query before,
    and mind (query, value, key).
    """
    return F.scaled_dot_product_attention(query, key, value)


def attention_causal(query, key, value):
    """Each step looks at itself and what is before. PyTorch has is_causal, or a lower triangle of True."""
    return F.scaled_dot_product_attention(query, key, value, is_causal=True)


def attention_causal_with_cache(query, key, value):
    """Fewer queries than keys, as in generation: PyTorch's is_causal counts both from the start, so the last query
    would not see the last keys; write the mask.
    """
    mask = torch.ones(4, 5, dtype=torch.bool).tril(diagonal=1)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_boolean_mask(query, key, value, mask):
    """In F.scaled_dot_product_attention and in Keras True takes part; in nn.MultiheadAttention True is left out."""
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_additive_mask(query, key, value, bias):
    """A mask of floats is added to the scaled products, and has a gradient."""
    return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)


def attention_fully_masked_row(query, key, value):
    """A query that sees nothing: PyTorch gives zeros, a softmax over minus infinities NaN, and Keras' large negative
    number the mean of all values. Zero it out, and leave no infinity in its row.
    """
    mask = torch.tensor([[True, True, False], [False, False, False]])
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_sliding_window(query, key, value):
    """Each step looks at itself and two before: a band of the triangle."""
    mask = torch.ones(4, 4, dtype=torch.bool).tril().triu(-2)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_alibi(query, key, value):
    """A slope for each head, 2^(-8 i / heads), times the distance, which is negative: it is added to the scaled
    products.
    """
    slopes = 2.0 ** (-4 * torch.arange(1, 3, dtype=query.dtype))
    steps = torch.arange(4, dtype=query.dtype)
    bias = (slopes[:, None, None] * (steps - steps[:, None])).masked_fill(steps > steps[:, None], float("-inf"))
    return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)


def attention_relative_bias(query, key, value, table):
    """A learned number for each head and distance, read out of a table by key minus query."""
    distance = torch.arange(5) - torch.arange(4)[:, None] + 3
    return F.scaled_dot_product_attention(query, key, value, attn_mask=table[:, distance])


def attention_grouped_query(query, key, value):
    """Neighbouring heads of the query share a key: repeat each head, as PyTorch does, not the row of heads, as tile
    does. keras.layers.GroupQueryAttention has it in a layer.
    """
    return F.scaled_dot_product_attention(query, key, value, enable_gqa=True)


def attention_additive(query, key, scale):
    """Bahdanau's: the tanh of a sum, weighed by a vector. keras.layers.AdditiveAttention has that
    vector as its scale.
    """
    scores = (query[:, :, None] + key[:, None]).tanh() @ scale
    return scores.softmax(-1) @ key


def attention_pooling(x, query, valid):
    """One learned query for each sequence: the softmax is over time, axis 1, and tf.nn.softmax takes the last unless
    told so.
    """
    scores = (x @ query).masked_fill(~valid, float("-inf"))
    return (scores.softmax(1)[:, :, None] * x).sum(1)
