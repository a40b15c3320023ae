"""y = xW + b by gradient descent on the mean squared error."""

import keras
from keras import layers

from compare.inputs.side import Side
from tf_impl.losses import mean_squared_error
from tf_impl.optimizers import SGD


class LinearRegression(keras.Model):
    def __init__(self):
        super().__init__()
        # differs: PyTorch's weight is (outputs, inputs) from the start; Keras' (inputs, outputs), from the first call.
        self.linear = layers.Dense(1)

    def call(self, x):
        return self.linear(x)


def loss(model, batch, training):
    # differs: PyTorch's model stays in the mode it was put into; Keras' is in evaluation unless told at each call.
    return mean_squared_error(model(batch["x"], training=training), batch["y"]), {}


def side(settings):
    model = LinearRegression()
    optimizer = SGD(learning_rate=settings["learning_rate"])
    return Side(model, loss, optimizer)
