"""One tower, called on each of a triplet; a triplet margin and a cosine loss (Schroff et al., 2015).

Notice that the three calls share their weights, whose gradients add up, and what the losses do where a length is zero.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import cosine_embedding, triplet_margin
from tf_impl.optimizers import Adam


class Tower(keras.Model):
    """From features (N, 10) to an embedding (N, 8)."""

    def __init__(self):
        super().__init__()
        self.fc1 = layers.Dense(32)
        self.fc2 = layers.Dense(8)

    def call(self, x):
        return self.fc2(tf.nn.relu(self.fc1(x)))


class Siamese(keras.Model):
    """One tower for all three: called three times, its gradient is the sum of what the calls give."""

    def __init__(self):
        super().__init__()
        self.tower = Tower()

    def call(self, anchor, positive, negative):
        return self.tower(anchor), self.tower(positive), self.tower(negative)


def loss(model, batch, training, margin, cosine_margin):
    """Both losses, added; each is a metric too."""
    anchor, positive, negative = model(batch["anchor"], batch["positive"], batch["negative"], training=training)
    # differs: PyTorch's norm has a gradient of 0 at length 0, TensorFlow's one of NaN: the 1e-6 in the loss avoids it.
    triplet = triplet_margin(anchor, positive, negative, margin)
    # differs: PyTorch's cosine loss is one minus the cosine; Keras' CosineSimilarity is minus the cosine.
    alike = tf.ones_like(anchor[:, 0])
    cosine = cosine_embedding(anchor, positive, alike) + cosine_embedding(anchor, negative, -alike, cosine_margin)
    return triplet + cosine, {"triplet": triplet, "cosine": cosine}


def side(settings):
    model = Siamese()
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    margins = {"margin": settings["triplet_margin"], "cosine_margin": settings["cosine_margin"]}
    return Side(model, partial(loss, **margins), optimizer)
