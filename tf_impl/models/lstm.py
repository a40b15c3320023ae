"""Two bidirectional LSTM layers, many to one, gradients clipped. Notice what is read, and where the clipping stands.

differs: PyTorch trains two biases per layer and direction, Keras' LSTM one: tf_impl/layers/recurrent.py has both.
"""

from functools import partial

import keras
import tensorflow as tf
from keras.layers import Dense

from compare.inputs.side import Side
from tf_impl.gradients import clip_by_global_norm
from tf_impl.layers import LSTM
from tf_impl.losses import sparse_categorical_cross_entropy
from tf_impl.optimizers import Adam


class SequenceClassifier(keras.Model):
    def __init__(self, symbols, hidden, layers, classes=2):
        super().__init__()
        self.lstm = LSTM(symbols, hidden, layers, bidirectional=True, unroll=True)
        self.head = Dense(classes)

    def call(self, x):
        _, (hidden, _) = self.lstm(x)  # (layers * 2, N, hidden)
        # The last layer's two directions, each after its last step: `output[:, -1]` has the state of the backward one
        # after its first step.
        # differs: PyTorch returns the last state of every layer; a Keras layer its own, if return_state.
        return self.head(tf.concat((hidden[-2], hidden[-1]), -1))


def loss(model, batch, training):
    logits, labels = model(batch["x"], training=training), batch["y"]
    accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == labels, logits.dtype))
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def clipped_step(side, batch, max_norm):
    """One step of training whose gradients have a common norm of at most `max_norm`."""
    # Forget the gradients of the step before.
    with tf.GradientTape() as tape:
        # Forward: the loss of this batch under the present weights.
        value, metrics = side.loss(side.model, batch, training=True)
    # Backward: the gradient of the loss with respect to each trainable weight.
    gradients = tape.gradient(value, side.model.trainable_variables)
    # Clip: all gradients by one factor, between the backward pass and the update.
    # differs: PyTorch's clip_grad_norm_ takes the norm of all; a Keras optimizer's `clipnorm` that of each gradient.
    gradients, norm = clip_by_global_norm(gradients, max_norm)
    # Update: move the weights, and the optimizer's state with them.
    side.optimizer.apply_gradients(zip(gradients, side.model.trainable_variables, strict=True))
    return value, {**metrics, "gradient_norm": norm}


def side(settings):
    model = SequenceClassifier(settings["symbols"], settings["hidden"], settings["layers"])
    optimizer = Adam(learning_rate=settings["learning_rate"], epsilon=settings["epsilon"])
    return Side(model, loss, optimizer, step=partial(clipped_step, max_norm=settings["max_norm"]))
