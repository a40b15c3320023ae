"""A port: the same training in PyTorch and in TensorFlow. Run it with `python -m compare port FILE`.

As it stands, the two are equivalent. Put your own model, loss and optimizer in their place, and see where they part.
"""

import numpy as np


def batches(rng):
    """Yield the batches that both sides train on, as NumPy arrays: dicts, or tuples such as (x, y).

    Draw everything from `rng`, so that each call yields the same. Or read your own data here.
    """
    weights = rng.normal(size=(8, 1))
    for _ in range(60):
        x = rng.normal(size=(32, 8))
        yield {"x": x, "y": np.tanh(x @ weights) + 0.1 * rng.normal(size=(32, 1))}


def torch_side():
    """The original: model, loss, optimizer. Frameworks are imported inside, for each side has a process of its own."""
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"]), batch["y"])

    return model, loss, optimizer


def tf_side():
    """The port. Its weights begin as torch's: layers are paired in order and by kind, whatever their names."""
    import keras
    import tensorflow as tf
    from keras import layers

    # PyTorch's formula: keras.optimizers.Adam has another default epsilon, and adds it in another place.
    from tf_impl.optimizers import Adam

    # PyTorch draws weights and biases within 1/sqrt(inputs); Keras by default draws wider, and sets biases to 0.
    def dense(inputs, outputs, activation=None):
        bound = inputs**-0.5
        kernel, bias = (keras.initializers.RandomUniform(-bound, bound) for _ in range(2))
        return layers.Dense(outputs, activation, kernel_initializer=kernel, bias_initializer=bias)

    model = keras.Sequential([dense(8, 16, "tanh"), dense(16, 1)])
    optimizer = Adam(learning_rate=1e-2)

    def loss(model, batch):
        # Say training=True where the model has dropout or batch normalisation: Keras does not assume it.
        return tf.reduce_mean(tf.math.squared_difference(model(batch["x"]), batch["y"]))

    return model, loss, optimizer


# What a port may have besides:
#
# def torch_step(side, batch):        one step of training, where the loop itself is what was ported: side.model,
# def tf_step(side, batch):           side.loss and side.optimizer are what you returned above; return the loss
#
# def loss(model, batch, training):   so that you say yourself what evaluation is: it is called with training=False;
#                                     without it the model's layers are put into evaluation mode from outside
#
# CHANNELS_FIRST = ("x",)             arrays of the batch that are (N, C, H, W): TensorFlow gets them as (N, H, W, C)
# WEIGHTS = {"tf name": "torch name"} which weight is which, where order and kind of the layers do not say it
# STEPS_PER_EPOCH = 20                so that epochs.csv has epochs, and the loss is seen to fall from first to last
