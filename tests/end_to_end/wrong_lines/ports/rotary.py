"""A llama's block: RMS norm, rotary positions, a few heads of keys and values, SwiGLU, tied words."""

VOCAB, LENGTH, DIM, HEADS, KV_HEADS, THETA, EPS = 11, 6, 16, 4, 2, 100.0, 1e-5
HEAD = DIM // HEADS
WEIGHTS = {"attention_norm.scale": "attention_norm.weight", "ffn_norm.scale": "ffn_norm.weight"}
WEIGHTS |= {"final_norm.scale": "norm.weight"}


def batches(rng):
    for _ in range(5):
        yield {"tokens": rng.integers(0, VOCAB, size=(3, LENGTH + 1))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class RMSNorm(nn.Module):
        def __init__(self, dim, eps=EPS):
            super().__init__()
            self.eps = eps
            self.weight = nn.Parameter(torch.ones(dim))

        def _norm(self, x):
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

        def forward(self, x):
            return self._norm(x) * self.weight

    def precompute_freqs(dim, end, dtype):
        freqs = 1.0 / (THETA ** (torch.arange(0, dim, 2).to(dtype) / dim))
        t = torch.arange(end).to(dtype)
        emb = torch.outer(t, freqs)
        emb = torch.cat((emb, emb), dim=-1)
        return emb.cos(), emb.sin()

    def rotate_half(x):
        x1 = x[..., : x.shape[-1] // 2]
        x2 = x[..., x.shape[-1] // 2 :]
        return torch.cat((-x2, x1), dim=-1)

    def apply_rotary_pos_emb(q, k, cos, sin):
        q_embed = (q * cos) + (rotate_half(q) * sin)
        k_embed = (k * cos) + (rotate_half(k) * sin)
        return q_embed, k_embed

    class LlamaBlock(nn.Module):
        def __init__(self):
            super().__init__()
            self.tok_embeddings = nn.Embedding(VOCAB, DIM)
            self.attention_norm = RMSNorm(DIM)
            self.wq = nn.Linear(DIM, HEADS * HEAD, bias=False)
            self.wk = nn.Linear(DIM, KV_HEADS * HEAD, bias=False)
            self.wv = nn.Linear(DIM, KV_HEADS * HEAD, bias=False)
            self.wo = nn.Linear(HEADS * HEAD, DIM, bias=False)
            self.ffn_norm = RMSNorm(DIM)
            self.w1 = nn.Linear(DIM, 20, bias=False)
            self.w3 = nn.Linear(DIM, 20, bias=False)
            self.w2 = nn.Linear(20, DIM, bias=False)
            self.norm = RMSNorm(DIM)

        def attention(self, x):
            bsz, seqlen, _ = x.shape
            xq, xk, xv = self.wq(x), self.wk(x), self.wv(x)
            xq = xq.view(bsz, seqlen, HEADS, HEAD).transpose(1, 2)
            xk = xk.view(bsz, seqlen, KV_HEADS, HEAD).transpose(1, 2)
            xv = xv.view(bsz, seqlen, KV_HEADS, HEAD).transpose(1, 2)
            cos, sin = precompute_freqs(HEAD, seqlen, x.dtype)
            xq, xk = apply_rotary_pos_emb(xq, xk, cos, sin)
            xk = torch.repeat_interleave(xk, HEADS // KV_HEADS, dim=1)
            xv = torch.repeat_interleave(xv, HEADS // KV_HEADS, dim=1)
            output = F.scaled_dot_product_attention(xq, xk, xv, is_causal=True)
            return self.wo(output.transpose(1, 2).contiguous().view(bsz, seqlen, -1))

        def forward(self, tokens):
            h = self.tok_embeddings(tokens)
            h = h + self.attention(self.attention_norm(h))
            z = self.ffn_norm(h)
            h = h + self.w2(F.silu(self.w1(z)) * self.w3(z))
            return F.linear(self.norm(h), self.tok_embeddings.weight)

    def loss(model, batch):
        inputs, targets = batch["tokens"][:, :-1], batch["tokens"][:, 1:]
        logits = model(inputs)
        return F.cross_entropy(logits.view(-1, VOCAB), targets.reshape(-1))

    model = LlamaBlock()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.95), weight_decay=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class Scale(layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

        def call(self, x):
            variance = tf.reduce_mean(tf.square(x), axis=-1, keepdims=True)
            return self.scale * x / tf.sqrt(variance + EPS)

    def rotate(x):
        # (batch, time, ..., depth): the two halves are the parts of complex numbers
        half = HEAD // 2
        position = tf.range(x.shape[1], dtype=x.dtype)
        exponent = tf.range(half, dtype=x.dtype) / half
        angle = position[:, None] / tf.pow(tf.constant(THETA, x.dtype), exponent)[None, :]
        while len(angle.shape) < len(x.shape) - 1:
            angle = tf.expand_dims(angle, 1)
        real, imaginary = x[..., :half], x[..., half:]
        turned_real = real * tf.cos(angle) - imaginary * tf.sin(angle)
        turned_imaginary = real * tf.sin(angle) + imaginary * tf.cos(angle)
        return tf.concat([turned_real, turned_imaginary], axis=-1)

    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            dense = lambda units: layers.Dense(units, use_bias=False)
            self.words = layers.Embedding(VOCAB, DIM)
            self.attention_norm, self.ffn_norm, self.final_norm = Scale(), Scale(), Scale()
            self.q, self.k, self.v = dense(DIM), dense(KV_HEADS * HEAD), dense(KV_HEADS * HEAD)
            self.o = dense(DIM)
            self.gate, self.up, self.down = dense(20), dense(20), dense(DIM)

        def attend(self, x):
            n, t = x.shape[0], x.shape[1]
            # heads of a group beside each other: (batch, time, kv head, head of its group, depth)
            q = rotate(tf.reshape(self.q(x), (n, t, KV_HEADS, HEADS // KV_HEADS, HEAD)))
            k = rotate(tf.reshape(self.k(x), (n, t, KV_HEADS, HEAD)))
            v = tf.reshape(self.v(x), (n, t, KV_HEADS, HEAD))
            scores = tf.einsum("bqkgd,bskd->bkgqs", q, k) * HEAD**-0.5
            future = tf.range(t)[None, :] > tf.range(t)[:, None]
            scores = tf.where(future, tf.constant(-1e30, x.dtype), scores)
            mixed = tf.einsum("bkgqs,bskd->bqkgd", tf.nn.softmax(scores, axis=-1), v)
            return self.o(tf.reshape(mixed, (n, t, DIM)))

        def call(self, tokens):
            h = self.words(tokens)
            h += self.attend(self.attention_norm(h))
            z = self.ffn_norm(h)
            h += self.down(tf.nn.silu(self.gate(z)) * self.up(z))
            return tf.einsum("btd,vd->btv", self.final_norm(h), self.words.embeddings)

    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch):
        tokens = batch["tokens"]
        return crossentropy(tokens[:, 1:], model(tokens[:, :-1]))

    return Decoder(), loss, AdamW(0.01, beta_2=0.95, weight_decay=0.1)
