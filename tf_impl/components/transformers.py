"""Attention with several heads, and transformer layers. Notice the layout of the weights, and what True means in a
mask."""

import keras
import tensorflow as tf
from keras import layers


def multi_head_attention():
    """PyTorch keeps the weights of query, key and value in one matrix, one below the other, (3 * features, features);
    Keras in three kernels (features, heads, size), each transposed."""
    return _SelfAttention(6, 2)


def multi_head_attention_causal():
    """In nn.MultiheadAttention True means left out: the upper triangle without the diagonal. Keras has
    use_causal_mask=True."""
    return _CausalSelfAttention(6, 2)


def multi_head_attention_padding():
    """key_padding_mask is (N, keys), True for padding; Keras' attention_mask is (N, queries, keys), True for what takes
    part."""
    return _PaddedSelfAttention(6, 2)


def multi_head_attention_weights():
    """By default PyTorch returns the weights averaged over the heads; Keras returns those of every head, with
    return_attention_scores=True."""
    return _WithWeights(6, 2)


def multi_head_attention_cross():
    """With kdim or vdim PyTorch has three matrices, but still one bias for all three. It takes (query, key, value),
    Keras (query, value, key)."""
    return _CrossAttention(6, 2, of_key=5, of_value=4)


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
    return _EncoderLayer(norm_first=False)


def transformer_encoder_layer_norm_first():
    """norm_first normalises the input of each branch, not the sum, as most language models do. PyTorch's gelu is exact;
    TensorFlow's rounds the root of 2 to float32."""
    return _EncoderLayer(norm_first=True)


def transformer_decoder_layer():
    """Self-attention, attention to the memory, feed-forward, each with its norm after it. Nothing is causal unless a
    mask is given."""
    return _DecoderLayer()


def _attend(query, key, value, mask=None, bias=0.0):
    """(..., time, size) each; `mask` is True where a key takes part, `bias` is added to the scaled products."""
    scores = tf.matmul(query * query.shape[-1] ** -0.5, key, transpose_b=True) + bias
    scores = scores if mask is None else tf.where(mask, scores, float("-inf"))
    return tf.nn.softmax(scores) @ value


def _causal(queries: int, keys: int):
    """True up to the query's own position, both counted from their ends."""
    return tf.range(keys) <= tf.range(queries)[:, None] + keys - queries


def _split_heads(x, heads: int):
    """(N, time, heads * size) to (N, heads, time, size)."""
    return tf.transpose(tf.reshape(x, (*x.shape[:2], heads, -1)), (0, 2, 1, 3))


def _join_heads(x):
    joined = tf.transpose(x, (0, 2, 1, 3))
    return tf.reshape(joined, (*joined.shape[:2], -1))


class _Attention(keras.Layer):
    """Weights in the layout of torch.nn.MultiheadAttention: query, key and value below each other in one matrix."""

    def __init__(self, features: int, heads: int):
        super().__init__()
        self.heads = heads
        self.in_weight, self.in_bias = self.add_weight((3 * features, features)), self.add_weight((3 * features,))
        self.out_weight, self.out_bias = self.add_weight((features, features)), self.add_weight((features,))

    def call(self, query, key, value, mask=None):
        weights, biases = tf.split(self.in_weight, 3), tf.split(self.in_bias, 3)
        given = zip((query, key, value), weights, biases, strict=True)
        parts = [_split_heads(tf.matmul(x, weight, transpose_b=True) + bias, self.heads) for x, weight, bias in given]
        return tf.matmul(_join_heads(_attend(*parts, mask)), self.out_weight, transpose_b=True) + self.out_bias


class _SelfAttention(_Attention):
    def call(self, x):
        return super().call(x, x, x)


class _CausalSelfAttention(_Attention):
    def call(self, x):
        return super().call(x, x, x, mask=_causal(x.shape[1], x.shape[1]))


class _PaddedSelfAttention(_Attention):
    def call(self, x, valid):
        return super().call(x, x, x, mask=valid[:, None, None])


class _WithWeights(_Attention):
    def call(self, x):
        weights, biases = tf.split(self.in_weight, 3), tf.split(self.in_bias, 3)
        query, key, _ = (
            _split_heads(tf.matmul(x, weight, transpose_b=True) + bias, self.heads)
            for weight, bias in zip(weights, biases, strict=True)
        )
        scores = tf.matmul(query * query.shape[-1] ** -0.5, key, transpose_b=True)
        return super().call(x, x, x), tf.reduce_mean(tf.nn.softmax(scores), 1)


class _CrossAttention(keras.Layer):
    def __init__(self, features: int, heads: int, of_key: int, of_value: int):
        super().__init__()
        self.heads = heads
        self.query = self.add_weight((features, features))
        self.key = self.add_weight((features, of_key))
        self.value = self.add_weight((features, of_value))
        self.in_bias = self.add_weight((3 * features,))
        self.out_weight, self.out_bias = self.add_weight((features, features)), self.add_weight((features,))

    def call(self, x, memory, values):
        given = zip((x, memory, values), (self.query, self.key, self.value), tf.split(self.in_bias, 3), strict=True)
        parts = [
            _split_heads(tf.matmul(each, weight, transpose_b=True) + bias, self.heads) for each, weight, bias in given
        ]
        return tf.matmul(_join_heads(_attend(*parts)), self.out_weight, transpose_b=True) + self.out_bias


class _SeparateProjections(keras.Layer):
    def __init__(self):
        super().__init__()
        self.attention = layers.MultiHeadAttention(num_heads=2, key_dim=4)

    def call(self, x, memory, valid=None):
        return self.attention(x, memory, attention_mask=None if valid is None else valid[:, None])


def _gelu(x):
    """tf.nn.gelu has the root of 2 in float32."""
    return 0.5 * x * (1 + tf.math.erf(x * 0.5**0.5))


class _EncoderLayer(keras.Layer):
    def __init__(self, norm_first: bool):
        super().__init__()
        self.norm_first = norm_first
        self.attention = _SelfAttention(8, 2)
        self.linear1, self.linear2 = layers.Dense(16), layers.Dense(8)
        self.norm1, self.norm2 = layers.LayerNormalization(epsilon=1e-5), layers.LayerNormalization(epsilon=1e-5)

    def call(self, x):
        if self.norm_first:
            x = x + self.attention(self.norm1(x))
            return x + self.linear2(_gelu(self.linear1(self.norm2(x))))
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.linear2(tf.nn.relu(self.linear1(x))))


class _DecoderLayer(keras.Layer):
    def __init__(self):
        super().__init__()
        self.attention, self.cross = _Attention(8, 2), _Attention(8, 2)
        self.linear1, self.linear2 = layers.Dense(16), layers.Dense(8)
        self.norm1, self.norm2, self.norm3 = (layers.LayerNormalization(epsilon=1e-5) for _ in range(3))

    def call(self, x, memory):
        x = self.norm1(x + self.attention(x, x, x))
        x = self.norm2(x + self.cross(x, memory, memory))
        return self.norm3(x + self.linear2(tf.nn.relu(self.linear1(x))))
