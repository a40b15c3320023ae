"""Three convolutions and two dense layers. Notice the order of the axes, and what it means for Flatten."""

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import sparse_categorical_cross_entropy
from tf_impl.optimizers import Adam


class Cifar10Cnn(keras.Model):
    # differs: PyTorch's images and activations are (N, C, H, W), Keras' (N, H, W, C).
    def __init__(self):
        super().__init__()
        self.conv1 = layers.Conv2D(32, 3)
        self.pool1 = layers.MaxPooling2D(2)
        self.conv2 = layers.Conv2D(64, 3)
        self.pool2 = layers.MaxPooling2D(2)
        self.conv3 = layers.Conv2D(64, 3)
        self.flatten = layers.Flatten()
        self.fc1 = layers.Dense(64)
        self.fc2 = layers.Dense(10)

    def call(self, x):
        x = self.pool1(tf.nn.relu(self.conv1(x)))
        x = self.pool2(tf.nn.relu(self.conv2(x)))
        x = tf.nn.relu(self.conv3(x))
        # differs: PyTorch flattens C, H, W as they lie; Keras first brings C to the front, for fc1's weights to fit.
        x = self.flatten(tf.transpose(x, (0, 3, 1, 2)))
        return self.fc2(tf.nn.relu(self.fc1(x)))


def loss(model, batch, training):
    logits, labels = model(batch["x"], training=training), batch["y"]
    accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == labels, logits.dtype))
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def side(settings):
    model = Cifar10Cnn()
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    return Side(model, loss, optimizer)
