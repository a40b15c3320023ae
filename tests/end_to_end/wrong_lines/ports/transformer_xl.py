"""A language model with memory (Transformer-XL): relative positions shifted in place, hidden states of the past
as further keys.
"""

VOCAB, SEGMENT, DIM, HEADS, INNER = 11, 4, 8, 2, 12
HEAD = DIM // HEADS
WEIGHTS = {"block.q.weight": "dec_attn.qkv_net.weight[0:8]", "block.k.weight": "dec_attn.qkv_net.weight[8:16]"}
WEIGHTS |= {"block.v.weight": "dec_attn.qkv_net.weight[16:24]", "block.position.weight": "dec_attn.r_net.weight"}
WEIGHTS |= {"block.out.weight": "dec_attn.o_net.weight", "content_bias": "r_w_bias", "position_bias": "r_r_bias"}


def batches(rng):
    for _ in range(5):
        yield {"data": rng.integers(0, VOCAB, size=(3, 2 * SEGMENT + 1))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class PositionalEmbedding(nn.Module):
        def __init__(self, demb):
            super().__init__()
            self.demb = demb

        def forward(self, pos_seq):
            inv_freq = 1 / (10000 ** (torch.arange(0.0, self.demb, 2.0, dtype=pos_seq.dtype) / self.demb))
            sinusoid_inp = torch.outer(pos_seq, inv_freq)
            pos_emb = torch.cat([sinusoid_inp.sin(), sinusoid_inp.cos()], dim=-1)
            return pos_emb[:, None, :]

    class RelMultiHeadAttn(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv_net = nn.Linear(DIM, 3 * HEADS * HEAD, bias=False)
            self.o_net = nn.Linear(HEADS * HEAD, DIM, bias=False)
            self.r_net = nn.Linear(DIM, HEADS * HEAD, bias=False)
            self.layer_norm = nn.LayerNorm(DIM)
            self.scale = 1 / (HEAD**0.5)

        def _rel_shift(self, x):
            zero_pad = torch.zeros((x.size(0), 1, *x.size()[2:]), dtype=x.dtype)
            x_padded = torch.cat([zero_pad, x], dim=1)
            x_padded = x_padded.view(x.size(1) + 1, x.size(0), *x.size()[2:])
            return x_padded[1:].view_as(x)

        def forward(self, w, r, r_w_bias, r_r_bias, attn_mask, mems):
            qlen, rlen, bsz = w.size(0), r.size(0), w.size(1)
            w_heads = self.qkv_net(torch.cat([mems, w], 0) if mems is not None else w)
            w_head_q, w_head_k, w_head_v = torch.chunk(w_heads, 3, dim=-1)
            w_head_q = w_head_q[-qlen:].view(qlen, bsz, HEADS, HEAD)
            w_head_k = w_head_k.reshape(-1, bsz, HEADS, HEAD)
            w_head_v = w_head_v.reshape(-1, bsz, HEADS, HEAD)
            r_head_k = self.r_net(r).view(rlen, HEADS, HEAD)
            AC = torch.einsum("ibnd,jbnd->ijbn", (w_head_q + r_w_bias, w_head_k))
            BD = torch.einsum("ibnd,jnd->ijbn", (w_head_q + r_r_bias, r_head_k))
            BD = self._rel_shift(BD)
            attn_score = (AC + BD).mul(self.scale)
            attn_score = attn_score.masked_fill(attn_mask[:, :, None, None], -float("inf"))
            attn_prob = F.softmax(attn_score, dim=1)
            attn_vec = torch.einsum("ijbn,jbnd->ibnd", (attn_prob, w_head_v)).reshape(qlen, bsz, HEADS * HEAD)
            return self.layer_norm(w + self.o_net(attn_vec))

    class MemTransformerLM(nn.Module):
        def __init__(self):
            super().__init__()
            self.word_emb = nn.Embedding(VOCAB, DIM)
            self.pos_emb = PositionalEmbedding(DIM)
            self.r_w_bias = nn.Parameter(torch.empty(HEADS, HEAD).normal_(0, 0.3))
            self.r_r_bias = nn.Parameter(torch.empty(HEADS, HEAD).normal_(0, 0.3))
            self.dec_attn = RelMultiHeadAttn()
            self.CoreNet = nn.Sequential(nn.Linear(DIM, INNER), nn.ReLU(), nn.Linear(INNER, DIM))
            self.layer_norm = nn.LayerNorm(DIM)
            self.out_layer = nn.Linear(DIM, VOCAB)

        def forward(self, data, mems=None):
            word_emb = self.word_emb(data) * DIM**0.5
            qlen = data.size(0)
            mlen = mems.size(0) if mems is not None else 0
            klen = mlen + qlen
            attn_mask = torch.triu(torch.ones(qlen, klen), diagonal=1 + mlen).bool()
            pos_emb = self.pos_emb(torch.arange(klen - 1, -1, -1.0, dtype=word_emb.dtype))
            core_out = self.dec_attn(word_emb, pos_emb, self.r_w_bias, self.r_r_bias, attn_mask, mems)
            core_out = self.layer_norm(core_out + self.CoreNet(core_out))
            return self.out_layer(core_out), word_emb.detach()

    def loss(model, batch):
        stream, mems, losses = batch["data"].t(), None, []
        for i in range(0, stream.size(0) - 1, SEGMENT):
            data, target = stream[i : i + SEGMENT], stream[i + 1 : i + 1 + SEGMENT]
            logit, mems = model(data, mems)
            losses.append(F.cross_entropy(logit.view(-1, VOCAB), target.reshape(-1)))
        return sum(losses) / len(losses)

    model = MemTransformerLM()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def waves(length, dtype):
        # row d is the encoding of a key that is d steps back
        exponent = tf.range(0, DIM, 2, dtype=dtype) / DIM
        angle = tf.range(length, dtype=dtype)[:, None] * tf.pow(tf.constant(10000.0, dtype), -exponent)
        return tf.concat([tf.sin(angle), tf.cos(angle)], axis=1)

    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.q, self.k, self.v, self.position, self.out = (layers.Dense(DIM, use_bias=False) for _ in range(5))
            self.norm_1, self.norm_2 = (layers.LayerNormalization(epsilon=1e-5) for _ in range(2))
            self.up, self.down = layers.Dense(INNER, activation="relu"), layers.Dense(DIM)

        def heads(self, x):
            return tf.transpose(tf.reshape(x, (x.shape[0], -1, HEADS, HEAD)), (0, 2, 1, 3))

        def call(self, x, memory, content_bias, position_bias):
            keys = tf.concat([memory, x], axis=1)
            past, steps, span = memory.shape[1], x.shape[1], keys.shape[1]
            q, k, v = self.heads(self.q(x)), self.heads(self.k(keys)), self.heads(self.v(keys))
            r = self.heads(self.position(waves(span, x.dtype)[None]))[0]
            by_content = tf.matmul(q + content_bias[:, None, :], k, transpose_b=True)
            by_distance = tf.einsum("bhid,hrd->bhir", q + position_bias[:, None, :], r)
            distance = past + tf.range(steps)[:, None] - tf.range(span)[None, :]
            pick = tf.one_hot(tf.maximum(distance, 0), span, dtype=x.dtype)
            scores = (by_content + tf.einsum("bhir,ijr->bhij", by_distance, pick)) / HEAD**0.5
            scores = tf.where(distance >= 0, scores, tf.constant(-1e30, x.dtype))
            mixed = tf.matmul(tf.nn.softmax(scores), v)
            mixed = tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), x.shape)
            x = self.norm_1(x + self.out(mixed))
            return self.norm_2(x + self.down(self.up(x)))

    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.words, self.block, self.logits = layers.Embedding(VOCAB, DIM), Block(), layers.Dense(VOCAB)
            normal = keras.initializers.RandomNormal(stddev=0.3)
            self.content_bias = self.add_weight(shape=(HEADS, HEAD), initializer=normal, name="content_bias")
            self.position_bias = self.add_weight(shape=(HEADS, HEAD), initializer=normal, name="position_bias")

        def call(self, tokens, memory):
            x = self.words(tokens) * DIM**0.5
            new_memory = tf.stop_gradient(x)
            memory = x[:, :0] if memory is None else memory
            return self.logits(self.block(x, memory, self.content_bias, self.position_bias)), new_memory

    def loss(model, batch):
        inputs, labels = batch["data"][:, :-1], batch["data"][:, 1:]
        first, memory = model(inputs[:, :SEGMENT], None)
        second, _ = model(inputs[:, SEGMENT:], memory)
        logits = tf.concat([first, second], axis=1)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))

    return Decoder(), loss, Adam(0.005)
