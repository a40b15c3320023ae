"""Two dense layers, mean squared error, Adam."""

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import mean_squared_error
from tf_impl.optimizers import Adam


class MlpRegression(keras.Model):
    def __init__(self):
        super().__init__()
        self.fc1 = layers.Dense(10)
        self.fc2 = layers.Dense(1)

    def call(self, x):
        return self.fc2(tf.nn.relu(self.fc1(x)))


def loss(model, batch, training):
    return mean_squared_error(model(batch["x"], training=training), batch["y"]), {}


def side(settings):
    model = MlpRegression()
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    return Side(model, loss, optimizer)
