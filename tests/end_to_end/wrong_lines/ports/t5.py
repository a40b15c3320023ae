"""Text to text (T5): buckets of relative positions as biases, no scale in the attention, norms without a mean,
a tied head.
"""

import numpy as np

VOCAB, DIM, HEADS, HEAD, INNER, BUCKETS, FAR, PAD = 12, 8, 2, 4, 10, 8, 6, 0
WEIGHTS = {"shared.weight": "shared.weight"}


def batches(rng):
    for _ in range(4):
        source, target = rng.integers(2, VOCAB, size=(3, 9)), rng.integers(2, VOCAB, size=(3, 8))
        mask = (np.arange(9) < rng.integers(5, 10, size=(3, 1))).astype(int)
        length = rng.integers(4, 9, size=(3, 1))
        yield {
            "input_ids": np.where(mask == 1, source, PAD),
            "attention_mask": mask,
            "labels": np.where(np.arange(8) < length, target, -100),
        }


def torch_side():
    import math

    import torch
    import torch.nn.functional as F
    from torch import nn

    class T5LayerNorm(nn.Module):
        def __init__(self, hidden_size, eps=1e-6):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(hidden_size))
            self.variance_epsilon = eps

        def forward(self, hidden_states):
            variance = hidden_states.pow(2).mean(-1, keepdim=True)
            hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
            return self.weight * hidden_states

    class T5Attention(nn.Module):
        def __init__(self, is_decoder=False, has_relative_attention_bias=False):
            super().__init__()
            self.is_decoder = is_decoder
            self.q = nn.Linear(DIM, HEADS * HEAD, bias=False)
            self.k = nn.Linear(DIM, HEADS * HEAD, bias=False)
            self.v = nn.Linear(DIM, HEADS * HEAD, bias=False)
            self.o = nn.Linear(HEADS * HEAD, DIM, bias=False)
            self.relative_attention_bias = nn.Embedding(BUCKETS, HEADS) if has_relative_attention_bias else None

        def _relative_position_bucket(self, relative_position):
            num_buckets, relative_buckets = BUCKETS, 0
            if not self.is_decoder:
                num_buckets //= 2
                relative_buckets = (relative_position > 0).to(torch.long) * num_buckets
                relative_position = torch.abs(relative_position)
            else:
                relative_position = -torch.min(relative_position, torch.zeros_like(relative_position))
            max_exact = num_buckets // 2
            is_small = relative_position < max_exact
            if_large = max_exact + (
                torch.log(relative_position.double() / max_exact)
                / math.log(FAR / max_exact)
                * (num_buckets - max_exact)
            ).to(torch.long)
            if_large = torch.min(if_large, torch.full_like(if_large, num_buckets - 1))
            return relative_buckets + torch.where(is_small, relative_position, if_large)

        def compute_bias(self, query_length, key_length):
            context_position = torch.arange(query_length)[:, None]
            memory_position = torch.arange(key_length)[None, :]
            relative_position_bucket = self._relative_position_bucket(memory_position - context_position)
            values = self.relative_attention_bias(relative_position_bucket)
            return values.permute([2, 0, 1]).unsqueeze(0)

        def forward(self, hidden_states, mask, key_value_states=None):
            b, n = hidden_states.shape[:2]
            memory = hidden_states if key_value_states is None else key_value_states
            query = self.q(hidden_states).view(b, n, HEADS, HEAD).transpose(1, 2)
            key = self.k(memory).view(b, -1, HEADS, HEAD).transpose(1, 2)
            value = self.v(memory).view(b, -1, HEADS, HEAD).transpose(1, 2)
            scores = torch.matmul(query, key.transpose(3, 2))
            position_bias = mask
            if self.relative_attention_bias is not None:
                position_bias = self.compute_bias(n, key.shape[2]) + mask
            attn_weights = F.softmax(scores + position_bias, dim=-1)
            attn_output = torch.matmul(attn_weights, value).transpose(1, 2).contiguous().view(b, n, -1)
            return self.o(attn_output)

    class T5LayerFF(nn.Module):
        def __init__(self):
            super().__init__()
            self.wi_0 = nn.Linear(DIM, INNER, bias=False)
            self.wi_1 = nn.Linear(DIM, INNER, bias=False)
            self.wo = nn.Linear(INNER, DIM, bias=False)
            self.layer_norm = T5LayerNorm(DIM)

        def forward(self, hidden_states):
            forwarded_states = self.layer_norm(hidden_states)
            hidden_gelu = F.gelu(self.wi_0(forwarded_states), approximate="tanh")
            return hidden_states + self.wo(hidden_gelu * self.wi_1(forwarded_states))

    class T5(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared = nn.Embedding(VOCAB, DIM)
            self.enc_norm, self.enc_attn, self.enc_ff = T5LayerNorm(DIM), T5Attention(False, True), T5LayerFF()
            self.enc_final = T5LayerNorm(DIM)
            self.dec_norm, self.dec_attn = T5LayerNorm(DIM), T5Attention(True, True)
            self.cross_norm, self.cross_attn, self.dec_ff = T5LayerNorm(DIM), T5Attention(True), T5LayerFF()
            self.dec_final = T5LayerNorm(DIM)

        def _shift_right(self, input_ids):
            shifted_input_ids = input_ids.new_zeros(input_ids.shape)
            shifted_input_ids[..., 1:] = input_ids[..., :-1].clone()
            shifted_input_ids[..., 0] = PAD
            return shifted_input_ids.masked_fill(shifted_input_ids == -100, PAD)

        def forward(self, input_ids, attention_mask, labels):
            x = self.shared(input_ids)
            extended = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * -1e9
            x = x + self.enc_attn(self.enc_norm(x), extended)
            memory = self.enc_final(self.enc_ff(x))
            y = self.shared(self._shift_right(labels))
            causal = torch.triu(torch.full((y.shape[1], y.shape[1]), -1e9, dtype=x.dtype), diagonal=1)
            y = y + self.dec_attn(self.dec_norm(y), causal[None, None])
            y = y + self.cross_attn(self.cross_norm(y), extended, memory)
            sequence_output = self.dec_final(self.dec_ff(y))
            sequence_output = sequence_output * (DIM**-0.5)
            return F.linear(sequence_output, self.shared.weight)

    def loss(model, batch):
        lm_logits = model(batch["input_ids"], batch["attention_mask"], batch["labels"])
        return F.cross_entropy(lm_logits.view(-1, VOCAB), batch["labels"].view(-1), ignore_index=-100)

    model = T5()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=0.0)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class RMS(layers.Layer):
        def build(self, shape):
            self.weight = self.add_weight(shape=(shape[-1],), initializer="ones", name="weight")

        def call(self, x):
            mean_square = tf.reduce_mean(x * x, axis=-1, keepdims=True)
            return x / tf.sqrt(mean_square + 1e-6) * self.weight

    def bucket_table(queries, keys, both_ways):
        # made once in NumPy: it depends on lengths only
        ahead = np.arange(keys)[None, :] - np.arange(queries)[:, None]
        number = BUCKETS // 2 if both_ways else BUCKETS
        offset = number * (ahead > 0) if both_ways else 0
        distance = np.abs(ahead) if both_ways else np.maximum(-ahead, 0)
        exact = number // 2
        logs = np.log(np.maximum(distance, 1) / exact) / np.log(FAR / exact)
        coarse = np.minimum(exact + (logs * (number - exact)).astype(int), number - 1)
        return offset + np.where(distance < exact, distance, coarse)

    class Attention(layers.Layer):
        def __init__(self, both_ways=None):
            super().__init__()
            self.query, self.key, self.value, self.output_dense = (layers.Dense(DIM, use_bias=False) for _ in range(4))
            self.both_ways = both_ways
            self.biases = layers.Embedding(BUCKETS, HEADS) if both_ways is not None else None

        def call(self, x, memory, visible):
            split = lambda h: tf.reshape(h, (h.shape[0], h.shape[1], HEADS, HEAD))
            q, k, v = split(self.query(x)), split(self.key(memory)), split(self.value(memory))
            logits = tf.einsum("bqhd,bkhd->bhqk", q, k)
            if self.biases is not None:
                table = self.biases(bucket_table(q.shape[1], k.shape[1], self.both_ways))
                logits += tf.transpose(table, (2, 0, 1))
            logits = tf.where(visible, logits, logits - 1e9)
            context = tf.einsum("bhqk,bkhd->bqhd", tf.nn.softmax(logits, axis=-1), v)
            return self.output_dense(tf.reshape(context, x.shape))

    class Gated(layers.Layer):
        def __init__(self):
            super().__init__()
            self.gate, self.linear = layers.Dense(INNER, use_bias=False), layers.Dense(INNER, use_bias=False)
            self.down, self.norm = layers.Dense(DIM, use_bias=False), RMS()

        def call(self, x):
            h = self.norm(x)
            return x + self.down(tf.nn.gelu(self.gate(h), approximate=True) * self.linear(h))

    class Seq2Seq(keras.Model):
        def __init__(self):
            super().__init__()
            self.shared = layers.Embedding(VOCAB, DIM)
            self.norms = [RMS() for _ in range(5)]
            self.encoder, self.encoder_ff = Attention(both_ways=True), Gated()
            self.decoder, self.cross, self.decoder_ff = Attention(both_ways=False), Attention(), Gated()

        def call(self, source, mask, labels):
            seen = tf.cast(mask, tf.bool)[:, None, None, :]
            x = self.shared(source)
            h = self.norms[0](x)
            x += self.encoder(h, h, seen)
            memory = self.norms[1](self.encoder_ff(x))
            previous = tf.pad(tf.maximum(labels, PAD)[:, :-1], [[0, 0], [1, 0]], constant_values=PAD)
            y = self.shared(previous)
            h = self.norms[2](y)
            steps = tf.range(y.shape[1])
            y += self.decoder(h, h, steps[:, None] >= steps[None, :])
            y += self.cross(self.norms[3](y), memory, seen)
            y = self.norms[4](self.decoder_ff(y)) / np.sqrt(DIM)
            return tf.matmul(y, self.shared.embeddings, transpose_b=True)

    def loss(model, batch):
        labels = batch["labels"]
        logits = model(batch["input_ids"], batch["attention_mask"], labels)
        counted = tf.cast(labels != -100, logits.dtype)
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.maximum(labels, 0), logits=logits)
        return tf.reduce_sum(each * counted) / tf.reduce_sum(counted)

    return Seq2Seq(), loss, Adam(0.005)
