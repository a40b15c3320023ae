"""A sigmoid classifier: cross-entropy on probabilities, with an L2 penalty over every variable, biases too."""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import binary_cross_entropy, l2_penalty
from tf_impl.optimizers import Adam


class BinaryClassifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.fc1 = layers.Dense(32)
        self.fc2 = layers.Dense(1)

    def call(self, x):
        return tf.sigmoid(self.fc2(tf.nn.relu(self.fc1(x))))


def loss(model, batch, training, l2):
    probability, target = model(batch["x"], training=training), batch["y"]
    value = binary_cross_entropy(probability, target) + l2 * l2_penalty(model.trainable_variables)
    accuracy = tf.reduce_mean(tf.cast(tf.cast(probability > 0.5, target.dtype) == target, target.dtype))
    return value, {"accuracy": accuracy}


def side(settings):
    model = BinaryClassifier()
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    return Side(model, partial(loss, l2=settings["l2"]), optimizer)
