"""A rating is the product of a user's and an item's embedding, and a bias of each (Koren et al., 2009).

Notice the gradient of an embedding, and what the optimizer makes of a row that a batch has twice.
"""

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import mean_squared_error
from tf_impl.optimizers import Adam


class MatrixFactorization(keras.Model):
    # differs: PyTorch initialises embeddings from N(0, 1), Keras from U(-0.05, 0.05).
    # differs: PyTorch's gradient is the whole table (sparse=False); TensorFlow's has one row for each lookup.
    def __init__(self, users, items, rank):
        super().__init__()
        self.users = layers.Embedding(users, rank)
        self.items = layers.Embedding(items, rank)
        self.user_biases = layers.Embedding(users, 1)
        self.item_biases = layers.Embedding(items, 1)

    def call(self, users, items):
        """Numbers of users and items, int64 (N,), to ratings (N,)."""
        products = tf.reduce_sum(self.users(users) * self.items(items), 1)
        return products + self.user_biases(users)[:, 0] + self.item_biases(items)[:, 0]


def loss(model, batch, training):
    ratings = model(batch["users"], batch["items"], training=training)
    return mean_squared_error(ratings, batch["ratings"]), {}


def side(settings):
    model = MatrixFactorization(40, 30, 4)
    # differs: PyTorch's Adam squares the sum of a row's gradients; Keras' own squares each of them, then sums.
    optimizer = Adam(
        learning_rate=settings["learning_rate"],
        beta_1=settings["beta_1"],
        beta_2=settings["beta_2"],
        epsilon=settings["epsilon"],
    )
    return Side(model, loss, optimizer)
