"""Attention with several heads, and transformer layers. Notice the layout of the weights, and what True means in a
mask."""

import torch
import torch.nn.functional as F
from torch import nn


def multi_head_attention():
    """PyTorch keeps the weights of query, key and value in one matrix, one below the other, (3 * features, features);
    Keras in three kernels (features, heads, size), each transposed."""
    return _SelfAttention(6, 2, batch_first=True)


def multi_head_attention_causal():
    """In nn.MultiheadAttention True means left out: the upper triangle without the diagonal. Keras has
    use_causal_mask=True."""
    return _CausalSelfAttention(6, 2, batch_first=True)


def multi_head_attention_padding():
    """key_padding_mask is (N, keys), True for padding; Keras' attention_mask is (N, queries, keys), True for what takes
    part."""
    return _PaddedSelfAttention(6, 2, batch_first=True)


def multi_head_attention_weights():
    """By default PyTorch returns the weights averaged over the heads; Keras returns those of every head, with
    return_attention_scores=True."""
    return _WithWeights(6, 2, batch_first=True)


def multi_head_attention_cross():
    """With kdim or vdim PyTorch has three matrices, but still one bias for all three. It takes (query, key, value),
    Keras (query, value, key)."""
    return _CrossAttention(6, 2, kdim=5, vdim=4, batch_first=True)


def multi_head_attention_stock():
    """key_dim is the size of one head: embed_dim / heads. Keras' scale is rounded to float32 unless that size is a
    power of four. Called with (x, memory), Keras uses memory as value and key."""
    return _SeparateProjections()


def multi_head_attention_stock_padding():
    """Keras' attention_mask needs an axis for the queries, which broadcasts. True takes part, as in
    F.scaled_dot_product_attention."""
    return _SeparateProjections()


def transformer_encoder_layer():
    """PyTorch's defaults are the norm after each residual sum, relu, dropout 0.1 in four places, and an epsilon of
    1e-5."""
    return nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, dropout=0.0, batch_first=True)


def transformer_encoder_layer_norm_first():
    """norm_first normalises the input of each branch, not the sum, as most language models do. PyTorch's gelu is exact;
    TensorFlow's rounds the root of 2 to float32."""
    return nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)


def transformer_decoder_layer():
    """Self-attention, attention to the memory, feed-forward, each with its norm after it. Nothing is causal unless a
    mask is given."""
    return nn.TransformerDecoderLayer(8, 2, dim_feedforward=16, dropout=0.0, batch_first=True)


def _split_heads(x, heads: int):
    """(N, time, heads * size) to (N, heads, time, size)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


class _SelfAttention(nn.MultiheadAttention):
    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]


class _CausalSelfAttention(nn.MultiheadAttention):
    def forward(self, x):
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        return super().forward(x, x, x, attn_mask=later, need_weights=False)[0]


class _PaddedSelfAttention(nn.MultiheadAttention):
    def forward(self, x, valid):
        return super().forward(x, x, x, key_padding_mask=~valid, need_weights=False)[0]


class _WithWeights(nn.MultiheadAttention):
    def forward(self, x):
        return super().forward(x, x, x)


class _CrossAttention(nn.MultiheadAttention):
    def forward(self, x, memory, values):
        return super().forward(x, memory, values, need_weights=False)[0]


class _SeparateProjections(nn.Module):
    """Query, key and value in layers of their own, as Keras has them."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(8, 8) for _ in range(4))

    def forward(self, x, memory, valid=None):
        inputs = (self.query, x), (self.key, memory), (self.value, memory)
        query, key, value = (_split_heads(layer(given), 2) for layer, given in inputs)
        mask = None if valid is None else valid[:, None, None]
        attended = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.output(attended.transpose(1, 2).flatten(2))
