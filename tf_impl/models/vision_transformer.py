"""A vision transformer: patches as tokens, a class token before them, pre-norm blocks (Dosovitskiy et al., 2021).

Notice the order of the patches, and what has the same name and another default: epsilon, GELU, weight decay.
"""

import math
from functools import partial

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import label_smoothing_cross_entropy
from tf_impl.optimizers import AdamW


def gelu(x):
    """x times the normal distribution function at x, exactly."""
    return 0.5 * x * (1 + tf.math.erf(x / math.sqrt(2)))


class Attention(keras.Layer):
    """Self-attention of all tokens over (N, tokens, width) (Vaswani et al., 2017)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = layers.Dense(width)
        # A bias of the keys has no gradient but rounding errors: the softmax takes it away again.
        self.key = layers.Dense(width, use_bias=False)
        self.value = layers.Dense(width)
        self.project = layers.Dense(width)

    def call(self, x):
        _, tokens, width = x.shape
        # Query, key and value, each (N, heads, tokens, size).
        size = width // self.heads
        parts = (tf.reshape(layer(x), (-1, tokens, self.heads, size)) for layer in (self.query, self.key, self.value))
        q, k, v = (tf.transpose(part, (0, 2, 1, 3)) for part in parts)
        # differs: PyTorch's own attention has this root in float64; Keras' rounds one over it to float32.
        shares = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / math.sqrt(size))
        return self.project(tf.reshape(tf.transpose(shares @ v, (0, 2, 1, 3)), (-1, tokens, width)))


class Block(keras.Layer):
    """Attention and two dense layers, each after a norm and added to what came in (pre-norm)."""

    def __init__(self, width, heads, epsilon):
        super().__init__()
        self.norm1 = layers.LayerNormalization(epsilon=epsilon)
        self.attention = Attention(width, heads)
        self.norm2 = layers.LayerNormalization(epsilon=epsilon)
        self.up = layers.Dense(2 * width)
        self.down = layers.Dense(width)

    def call(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(gelu(self.up(self.norm2(x))))


class VisionTransformer(keras.Model):
    """Scores of the classes (N, 10), from images that are cut into patches."""

    def __init__(self, settings):
        super().__init__()
        width, patch, epsilon = settings["width"], settings["patch"], settings["norm_epsilon"]
        self.class_token = self.add_weight(name="class_token", shape=(1, 1, width), initializer="zeros")
        self.positions = self.add_weight(name="positions", shape=(1, settings["tokens"], width), initializer="zeros")
        self.patches = layers.Conv2D(width, patch, strides=patch)
        self.blocks = [Block(width, settings["heads"], epsilon) for _ in range(settings["blocks"])]
        self.norm = layers.LayerNormalization(epsilon=epsilon)
        self.head = layers.Dense(10)

    def call(self, images):
        # differs: PyTorch's patches are (N, width, rows, columns) and must be transposed; Keras' have their width last.
        patches = self.patches(images)
        patches = tf.reshape(patches, (-1, patches.shape[1] * patches.shape[2], patches.shape[3]))
        first = tf.tile(self.class_token, (tf.shape(patches)[0], 1, 1))
        x = tf.concat((first, patches), axis=1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def loss(model, batch, training, smoothing):
    """Cross-entropy to targets of 1 - smoothing on the label, and smoothing evenly on all classes."""
    logits, labels = model(batch["x"], training=training), batch["y"]
    accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == labels, logits.dtype))
    return label_smoothing_cross_entropy(logits, labels, smoothing), {"accuracy": accuracy}


def side(settings):
    model = VisionTransformer(settings)
    # differs: PyTorch's default decay is 0.01, Keras' 0.004.
    # Both decay all that trains: norms, biases, class token and positions too.
    optimizer = AdamW(
        learning_rate=settings["learning_rate"],
        beta_1=settings["beta_1"],
        beta_2=settings["beta_2"],
        epsilon=settings["epsilon"],
        weight_decay=settings["weight_decay"],
    )
    return Side(model, partial(loss, smoothing=settings["label_smoothing"]), optimizer)
