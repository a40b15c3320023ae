"""A decoder with its attention written out, and the step that adds up the gradients of micro-batches.

Notice the one table of tokens, at the entrance and at the exit, and what is left out of the weights' decay.
"""

import math
from functools import partial

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.gradients import clip_by_global_norm
from tf_impl.losses import sparse_categorical_cross_entropy
from tf_impl.optimizers import AdamW
from tf_impl.schedules import warmup_cosine


class GivenDropout(keras.Layer):
    """x times the mask of its site, which has 1 / (1 - p) for what is kept and 0 for the rest; in evaluation x itself.

    `masks` are those of all sites, (sites, examples, length, width).
    """

    # differs: PyTorch's nn.Dropout and Keras' Dropout never make the same random masks, under any seed: they are given.
    def __init__(self, site):
        super().__init__()
        self.site = site

    def call(self, x, masks, training=None):
        # differs: PyTorch's layers hold the mode; Keras hands `training` from the model's call to all that take it.
        return x * masks[self.site] if training else x


def gelu(x):
    """x times the normal distribution function at x, exactly."""
    # differs: PyTorch's is exact in float64; tf.nn.gelu and Keras' round their 1/sqrt(2) to float32.
    # differs: PyTorch's default is the exact one, that of keras.ops.gelu the approximation by tanh.
    return 0.5 * x * (1 + tf.math.erf(x / math.sqrt(2)))


class Attention(keras.Layer):
    """Causal self-attention over (examples, length, width) (Vaswani et al., 2017)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = layers.Dense(3 * width, use_bias=False)
        self.project = layers.Dense(width)

    def call(self, x):
        _, length, width = x.shape
        size = width // self.heads
        # Query, key and value, each (examples, heads, length, size).
        heads = tf.reshape(self.qkv(x), (-1, length, 3, self.heads, size))
        q, k, v = tf.unstack(tf.transpose(heads, (2, 0, 3, 1, 4)))
        scores = tf.matmul(q, k, transpose_b=True) / math.sqrt(size)
        # differs: PyTorch's nn.MultiheadAttention takes True for "not this", Keras' for "this", as here.
        causal = tf.linalg.band_part(tf.ones((length, length), tf.bool), -1, 0)
        shares = tf.nn.softmax(tf.where(causal, scores, -math.inf))
        return self.project(tf.reshape(tf.transpose(shares @ v, (0, 2, 1, 3)), (-1, length, width)))


class Block(keras.Layer):
    """Attention and two dense layers, each after a norm and added to what came in (pre-norm)."""

    def __init__(self, settings, number):
        super().__init__()
        width = settings["width"]
        # differs: PyTorch's LayerNorm and GroupNorm have a default epsilon of 1e-5, Keras' of 1e-3.
        self.norm1 = layers.LayerNormalization(epsilon=settings["norm_epsilon"])
        self.attention = Attention(width, settings["heads"])
        self.dropout1 = GivenDropout(2 * number + 1)
        self.norm2 = layers.LayerNormalization(epsilon=settings["norm_epsilon"])
        self.up = layers.Dense(4 * width)
        self.down = layers.Dense(width)
        self.dropout2 = GivenDropout(2 * number + 2)

    def call(self, x, masks):
        x = x + self.dropout1(self.attention(self.norm1(x)), masks=masks)
        return x + self.dropout2(self.down(gelu(self.up(self.norm2(x)))), masks=masks)


class TransformerLm(keras.Model):
    """Scores of the next character (examples, length, vocabulary), from tokens (examples, length)."""

    def __init__(self, settings):
        super().__init__()
        self.token = layers.Embedding(settings["vocabulary"], settings["width"])
        self.position = layers.Embedding(settings["length"], settings["width"])
        self.dropout = GivenDropout(0)
        self.blocks = [Block(settings, number) for number in range(settings["blocks"])]
        self.norm = layers.LayerNormalization(epsilon=settings["norm_epsilon"])

    def call(self, tokens, masks):
        x = self.token(tokens) + self.position(tf.range(tokens.shape[1]))
        x = self.dropout(x, masks=masks)
        for block in self.blocks:
            x = block(x, masks=masks)
        # differs: PyTorch's output layer can share the Parameter itself; a Keras layer makes a kernel of its own.
        return tf.matmul(self.norm(x), self.token.embeddings, transpose_b=True)


def loss(model, batch, training):
    """Mean cross-entropy of the next characters; tokens (..., length + 1), of one micro-batch or of all.

    There are no masks in a batch that is only evaluated.
    """
    tokens = tf.reshape(batch["tokens"], (-1, batch["tokens"].shape[-1]))
    logits = model(tokens[:, :-1], masks=batch.get("masks"), training=training)
    logits, labels = tf.reshape(logits, (-1, logits.shape[-1])), tf.reshape(tokens[:, 1:], (-1,))
    accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == labels, logits.dtype))
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def step(side, batch, max_norm):
    """One update from the mean gradient of all micro-batches, the first axis of each array of the batch."""
    count = batch["tokens"].shape[0]
    variables = side.model.trainable_variables
    # Forget the gradients of the step before.
    gradients = [tf.zeros_like(variable) for variable in variables]
    losses, accuracies = [], []
    for number in range(count):
        micro_batch = {name: array[number] for name, array in batch.items()}
        with tf.GradientTape() as tape:
            # Forward: the loss of this micro-batch under the present weights, which stay as they are until the update.
            loss, metrics = side.loss(side.model, micro_batch, training=True)
            share = loss / count
        # Backward: its share of the gradient, added to those before.
        # differs: PyTorch's backward() adds to `.grad` by itself; what tapes return is added by hand, made dense first.
        shares = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(share, variables)]
        gradients = [total + gradient for total, gradient in zip(gradients, shares, strict=True)]
        losses.append(loss)
        accuracies.append(metrics["accuracy"])
    # Clip: the sum of all shares, not each share.
    gradients, norm = clip_by_global_norm(gradients, max_norm)
    # Update: move the weights, and the optimizer's state with them.
    side.optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return sum(losses) / count, {"accuracy": sum(accuracies) / count, "gradient_norm": norm}


def side(settings):
    model = TransformerLm(settings)
    schedule = warmup_cosine(
        settings["learning_rate"],
        settings["warmup_steps"],
        settings["total_steps"],
        settings["start_factor"],
        eta_min=0.0,
    )
    optimizer = AdamW(
        schedule,
        beta_1=settings["beta_1"],
        beta_2=settings["beta_2"],
        epsilon=settings["epsilon"],
        weight_decay=settings["weight_decay"],
    )
    # differs: PyTorch exempts weights from decay by a group of their own, Keras by names or parts of them.
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return Side(model, loss, optimizer, step=partial(step, max_norm=settings["max_norm"]))
