"""Translation as in both tutorials: nn.Transformer against Keras' attention layers, sines, padding,
a rate after Noam, KL smoothing.
"""

import numpy as np

SOURCE, TARGET, DIM, HEADS, FEED, LEN_S, LEN_T, WARMUP, SMOOTH, PAD = 8, 9, 8, 2, 12, 5, 4, 3, 0.1, 0


def batches(rng):
    for _ in range(5):
        src_len, tgt_len = rng.integers(2, LEN_S + 1, size=(4, 1)), rng.integers(2, LEN_T + 2, size=(4, 1))
        src = np.where(np.arange(LEN_S) < src_len, rng.integers(1, SOURCE, size=(4, LEN_S)), PAD)
        tgt = np.where(np.arange(LEN_T + 1) < tgt_len, rng.integers(1, TARGET, size=(4, LEN_T + 1)), PAD)
        yield {"src": src, "tgt": tgt}


def torch_side():
    import math

    import torch
    from torch import nn

    class PositionalEncoding(nn.Module):
        def __init__(self, emb_size, maxlen=16):
            super().__init__()
            den = torch.exp(-torch.arange(0, emb_size, 2, dtype=torch.float64) * math.log(10000) / emb_size)
            pos = torch.arange(0, maxlen, dtype=torch.float64).reshape(maxlen, 1)
            pos_embedding = torch.zeros((maxlen, emb_size), dtype=torch.float64)
            pos_embedding[:, 0::2] = torch.sin(pos * den)
            pos_embedding[:, 1::2] = torch.cos(pos * den)
            self.register_buffer("pos_embedding", pos_embedding[None], persistent=False)

        def forward(self, token_embedding):
            return token_embedding + self.pos_embedding[:, : token_embedding.size(1)].to(token_embedding.dtype)

    class Seq2SeqTransformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.transformer = nn.Transformer(
                d_model=DIM,
                nhead=HEADS,
                num_encoder_layers=1,
                num_decoder_layers=1,
                dim_feedforward=FEED,
                dropout=0.0,
                batch_first=True,
            )
            self.generator = nn.Linear(DIM, TARGET)
            self.src_tok_emb = nn.Embedding(SOURCE, DIM)
            self.tgt_tok_emb = nn.Embedding(TARGET, DIM)
            self.positional_encoding = PositionalEncoding(DIM)

        def forward(self, src, trg):
            tgt_mask = torch.triu(torch.ones(trg.size(1), trg.size(1), dtype=torch.bool), diagonal=1)
            src_padding_mask, tgt_padding_mask = src == PAD, trg == PAD
            src_emb = self.positional_encoding(self.src_tok_emb(src) * math.sqrt(DIM))
            tgt_emb = self.positional_encoding(self.tgt_tok_emb(trg) * math.sqrt(DIM))
            outs = self.transformer(
                src_emb,
                tgt_emb,
                tgt_mask=tgt_mask,
                src_key_padding_mask=src_padding_mask,
                tgt_key_padding_mask=tgt_padding_mask,
                memory_key_padding_mask=src_padding_mask,
            )
            return self.generator(outs)

    class LabelSmoothing(nn.Module):
        def __init__(self, size, padding_idx, smoothing):
            super().__init__()
            self.criterion = nn.KLDivLoss(reduction="sum")
            self.padding_idx = padding_idx
            self.confidence = 1.0 - smoothing
            self.smoothing = smoothing
            self.size = size

        def forward(self, x, target):
            true_dist = torch.full_like(x, self.smoothing / (self.size - 2))
            true_dist.scatter_(1, target.unsqueeze(1), self.confidence)
            true_dist[:, self.padding_idx] = 0
            mask = torch.nonzero(target == self.padding_idx)
            if mask.dim() > 0:
                true_dist.index_fill_(0, mask.squeeze(1), 0.0)
            return self.criterion(x, true_dist)

    criterion = LabelSmoothing(TARGET, PAD, SMOOTH)

    def loss(model, batch):
        tgt_input, tgt_out = batch["tgt"][:, :-1], batch["tgt"][:, 1:]
        logits = model(batch["src"], tgt_input)
        log_probs = torch.log_softmax(logits, dim=-1)
        norm = (tgt_out != PAD).sum()
        return criterion(log_probs.reshape(-1, TARGET), tgt_out.reshape(-1)) / norm

    def rate(step):
        step = step + 1
        return DIM**-0.5 * min(step**-0.5, step * WARMUP**-1.5)

    from compare import Side

    model = Seq2SeqTransformer()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1, betas=(0.9, 0.98), eps=1e-9)
    return Side(model, loss, optimizer, schedule=torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=rate))


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def positional_encoding(length, depth):
        depths = np.arange(depth // 2)[np.newaxis, :] / (depth // 2)
        angle_rads = np.arange(length)[:, np.newaxis] / (10000**depths)
        return np.stack([np.sin(angle_rads), np.cos(angle_rads)], axis=-1).reshape(length, depth)

    class PositionalEmbedding(layers.Layer):
        def __init__(self, vocabulary, length):
            super().__init__()
            self.embedding = layers.Embedding(vocabulary, DIM)
            self.length = length

        def call(self, x):
            x = self.embedding(x)
            return x * tf.sqrt(tf.cast(DIM, x.dtype)) + tf.cast(positional_encoding(self.length, DIM), x.dtype)

    class Attention(layers.Layer):
        def __init__(self):
            super().__init__()
            self.mha = layers.MultiHeadAttention(num_heads=HEADS, key_dim=DIM // HEADS)
            self.layernorm = layers.LayerNormalization(epsilon=1e-5)

        def call(self, x, context, mask, causal=False):
            attended = self.mha(query=x, value=context, key=context, attention_mask=mask, use_causal_mask=causal)
            return self.layernorm(x + attended)

    class FeedForward(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seq = keras.Sequential([layers.Dense(FEED, activation="relu"), layers.Dense(DIM)])
            self.layer_norm = layers.LayerNormalization(epsilon=1e-5)

        def call(self, x):
            return self.layer_norm(x + self.seq(x))

    class Transformer(keras.Model):
        def __init__(self):
            super().__init__()
            self.source, self.target = PositionalEmbedding(SOURCE, LEN_S), PositionalEmbedding(TARGET, LEN_T)
            self.encoder_attention, self.encoder_ffn = Attention(), FeedForward()
            self.encoder_norm = layers.LayerNormalization(epsilon=1e-5)
            self.self_attention, self.cross_attention, self.decoder_ffn = Attention(), Attention(), FeedForward()
            self.decoder_norm = layers.LayerNormalization(epsilon=1e-5)
            self.final_layer = layers.Dense(TARGET)

        def call(self, inputs):
            context, x = inputs
            see_source, see_target = (context != PAD)[:, tf.newaxis, :], (x != PAD)[:, tf.newaxis, :]
            context, x = self.source(context), self.target(x)
            context = self.encoder_ffn(self.encoder_attention(context, context, see_source))
            context = self.encoder_norm(context)
            x = self.self_attention(x, x, see_target, causal=True)
            x = self.cross_attention(x, context, see_source)
            x = self.decoder_norm(self.decoder_ffn(x))
            return self.final_layer(x)

    class CustomSchedule(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, d_model, warmup_steps):
            super().__init__()
            self.d_model, self.warmup_steps = d_model, warmup_steps

        def __call__(self, step):
            step = tf.cast(step, keras.config.floatx()) + 1.0
            arg1 = tf.math.rsqrt(step)
            arg2 = step * (self.warmup_steps**-1.5)
            return 0.1 * self.d_model**-0.5 * tf.math.minimum(arg1, arg2)

    def smoothed(labels, log_probs):
        # KL divergence from a distribution that leaves out the pad
        rest = SMOOTH / (TARGET - 2)
        words = tf.range(TARGET) != PAD
        true = tf.where(
            tf.one_hot(labels, TARGET) > 0,
            tf.constant(1.0 - SMOOTH, log_probs.dtype),
            tf.constant(rest, log_probs.dtype),
        )
        true = tf.where(words, true, tf.zeros_like(true))
        entropy = tf.reduce_sum(tf.math.xlogy(true, true), axis=-1)
        return entropy - tf.reduce_sum(true * log_probs, axis=-1)

    def loss(model, batch):
        labels = batch["tgt"][:, 1:]
        log_probs = tf.nn.log_softmax(model((batch["src"], batch["tgt"][:, :-1])))
        real = tf.cast(labels != PAD, log_probs.dtype)
        return tf.reduce_sum(smoothed(labels, log_probs) * real) / tf.reduce_sum(real)

    return Transformer(), loss, Adam(CustomSchedule(DIM, WARMUP), beta_1=0.9, beta_2=0.98, epsilon=1e-9)
