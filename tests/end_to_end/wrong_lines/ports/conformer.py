"""Speech (Conformer): half feed-forwards around attention and a gated depthwise convolution,
a transducer's encoder that ends in a loss of frames.
"""

import numpy as np

TIME, MEL, DIM, HEADS, KERNEL, CLASSES = 7, 5, 8, 2, 3, 6


def batches(rng):
    for _ in range(4):
        yield {
            "features": rng.normal(size=(4, TIME, MEL)),
            "length": rng.integers(3, TIME + 1, size=4),
            "labels": rng.integers(0, CLASSES, size=(4, TIME)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    def make_pad_mask(lengths, max_len):
        return torch.arange(max_len).unsqueeze(0) >= lengths.unsqueeze(1)

    class FeedForwardModule(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer_norm = nn.LayerNorm(DIM)
            self.linear1 = nn.Linear(DIM, 2 * DIM)
            self.linear2 = nn.Linear(2 * DIM, DIM)

        def forward(self, x):
            return self.linear2(F.silu(self.linear1(self.layer_norm(x))))

    class AttentionModule(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer_norm = nn.LayerNorm(DIM)
            self.q, self.k, self.v, self.out = (nn.Linear(DIM, DIM) for _ in range(4))

        def forward(self, x, pad_mask):
            x = self.layer_norm(x)
            n, t, _ = x.shape
            q = self.q(x).view(n, t, HEADS, -1).transpose(1, 2)
            k = self.k(x).view(n, t, HEADS, -1).transpose(1, 2)
            v = self.v(x).view(n, t, HEADS, -1).transpose(1, 2)
            x = F.scaled_dot_product_attention(q, k, v, attn_mask=~pad_mask[:, None, None, :])
            return self.out(x.transpose(1, 2).reshape(n, t, DIM))

    class ConvModule(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer_norm = nn.LayerNorm(DIM)
            self.pointwise_conv1 = nn.Conv1d(DIM, 2 * DIM, 1)
            self.depthwise_conv = nn.Conv1d(DIM, DIM, KERNEL, padding=(KERNEL - 1) // 2, groups=DIM)
            self.batch_norm = nn.BatchNorm1d(DIM)
            self.pointwise_conv2 = nn.Conv1d(DIM, DIM, 1)

        def forward(self, x, pad_mask):
            x = self.layer_norm(x).transpose(1, 2)
            x = F.glu(self.pointwise_conv1(x), dim=1)
            x = x.masked_fill(pad_mask.unsqueeze(1), 0.0)
            x = F.silu(self.batch_norm(self.depthwise_conv(x)))
            return self.pointwise_conv2(x).transpose(1, 2)

    class Conformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Linear(MEL, DIM)
            self.ff1, self.attn, self.conv, self.ff2 = (
                FeedForwardModule(),
                AttentionModule(),
                ConvModule(),
                FeedForwardModule(),
            )
            self.norm_final = nn.LayerNorm(DIM)
            self.classifier = nn.Linear(DIM, CLASSES)

        def forward(self, features, length):
            pad_mask = make_pad_mask(length, features.size(1))
            x = self.embed(features)
            x = x + 0.5 * self.ff1(x)
            x = x + self.attn(x, pad_mask)
            x = x + self.conv(x, pad_mask)
            x = x + 0.5 * self.ff2(x)
            return self.classifier(self.norm_final(x))

    def loss(model, batch):
        logits = model(batch["features"], batch["length"])
        labels = batch["labels"].masked_fill(make_pad_mask(batch["length"], TIME), -1)
        return F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-1, label_smoothing=0.1)

    model = Conformer()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.005, betas=(0.9, 0.98), eps=1e-9, weight_decay=1e-6)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import AdamW

    class FFModule(layers.Layer):
        def __init__(self):
            super().__init__()
            self.ln = layers.LayerNormalization(epsilon=1e-5)
            self.ffn1, self.ffn2 = layers.Dense(2 * DIM, activation="swish"), layers.Dense(DIM)

        def call(self, inputs):
            return inputs + 0.5 * self.ffn2(self.ffn1(self.ln(inputs)))

    class MHSAModule(layers.Layer):
        def __init__(self):
            super().__init__()
            self.ln = layers.LayerNormalization(epsilon=1e-5)
            self.query, self.key, self.value, self.projection = (layers.Dense(DIM) for _ in range(4))

        def call(self, inputs, valid):
            x = self.ln(inputs)
            heads = lambda h: tf.stack(tf.split(h, HEADS, axis=-1), axis=1)
            q, k, v = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
            scores = tf.matmul(q, k, transpose_b=True) / np.sqrt(DIM / HEADS)
            scores = tf.where(valid[:, None, None, :], scores, tf.constant(-1e9, scores.dtype))
            context = tf.matmul(tf.nn.softmax(scores), v)
            return inputs + self.projection(tf.concat(tf.unstack(context, axis=1), axis=-1))

    class ConvModule(layers.Layer):
        def __init__(self):
            super().__init__()
            self.ln = layers.LayerNormalization(epsilon=1e-5)
            self.pw_conv_1 = layers.Conv1D(2 * DIM, 1)
            self.depthwise = layers.DepthwiseConv1D(KERNEL, padding="same")
            self.bn = BatchNorm1d()
            self.pw_conv_2 = layers.Conv1D(DIM, 1)

        def call(self, inputs, valid, training=False):
            value, gate = tf.split(self.pw_conv_1(self.ln(inputs)), 2, axis=-1)
            x = value * tf.sigmoid(gate)
            x *= tf.cast(valid, x.dtype)[:, :, None]
            x = tf.nn.swish(self.bn(self.depthwise(x), training=training))
            return inputs + self.pw_conv_2(x)

    class Encoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.linear = layers.Dense(DIM)
            self.ffm1, self.mhsa, self.conv, self.ffm2 = FFModule(), MHSAModule(), ConvModule(), FFModule()
            self.ln, self.frames = layers.LayerNormalization(epsilon=1e-5), layers.Dense(CLASSES)

        def call(self, features, length, training=False):
            valid = tf.sequence_mask(length, features.shape[1])
            x = self.ffm1(self.linear(features))
            x = self.mhsa(x, valid)
            x = self.conv(x, valid, training=training)
            return self.frames(self.ln(self.ffm2(x)))

    def loss(model, batch, training):
        logits = model(batch["features"], batch["length"], training=training)
        smooth = 0.9 * tf.one_hot(batch["labels"], CLASSES, dtype=logits.dtype) + 0.1 / CLASSES
        each = tf.nn.softmax_cross_entropy_with_logits(labels=smooth, logits=logits)
        weight = tf.sequence_mask(batch["length"], TIME, dtype=logits.dtype)
        return tf.reduce_sum(each * weight) / tf.reduce_sum(weight)

    return Encoder(), loss, AdamW(0.005, beta_2=0.98, epsilon=1e-9, weight_decay=1e-6)
