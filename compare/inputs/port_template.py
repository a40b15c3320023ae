"""A port: the same training in PyTorch and in TensorFlow. Run it with `python -m compare port FILE`.

These two are equivalent. Replace model, loss and optimizer with your own, and see where they part.
"""

import numpy as np


def batches(rng):
    """Yield the batches that both sides train on, as NumPy arrays: dicts, or tuples such as (x, y) or ((x, mask), y).

    Take all randomness from `rng`, so that each call yields the same batches. Or read your own data here.
    """
    weights = rng.normal(size=(8, 1))
    for _ in range(60):
        x = rng.normal(size=(32, 8))
        yield {"x": x, "y": np.tanh(x @ weights) + 0.1 * rng.normal(size=(32, 1))}


def torch_side():
    """The original: model, loss, optimizer. Import frameworks inside: each side runs in a process of its own."""
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["x"]), batch["y"])

    return model, loss, optimizer


def tf_side():
    """The port. Its weights begin as torch's: layers are paired in order and by kind, not by name."""
    import keras
    import tensorflow as tf
    from keras import layers

    # PyTorch's formula: keras.optimizers.Adam has a different default epsilon, and adds it in a different place.
    from tf_impl.optimizers import Adam

    # PyTorch's weights and biases begin uniform within 1/sqrt(inputs); Keras' weights begin wider, biases at 0.
    def dense(inputs, outputs, activation=None):
        bound = inputs**-0.5
        kernel, bias = (keras.initializers.RandomUniform(-bound, bound) for _ in range(2))
        return layers.Dense(outputs, activation, kernel_initializer=kernel, bias_initializer=bias)

    model = keras.Sequential([dense(8, 16, "tanh"), dense(16, 1)])
    optimizer = Adam(learning_rate=1e-2)

    def loss(model, batch):
        # Pass training=True where the model has dropout or batch normalisation: Keras does not assume it.
        return tf.reduce_mean(tf.math.squared_difference(model(batch["x"]), batch["y"]))

    return model, loss, optimizer


# What a port may also have:
#
# def torch_step(side, batch):        your own training step, if you ported the loop too: side.model, side.loss and
# def tf_step(side, batch):           side.optimizer are what you returned above; return the loss. It runs as you wrote
#                                     it: put @tf.function inside if you want a graph
#
# def loss(model, batch, training):   called with training=False for evaluation; a loss without `training` is evaluated
#                                     with the model's layers switched to evaluation mode from outside
#
# from compare import Side            a side may return Side(model, loss, optimizer, schedule=..., batches=...):
#                                     schedule is PyTorch's scheduler, stepped after each step unless the step is your
#                                     own; batches(stream) yields the batches that your own pipeline makes of the stream
#
# def evaluation(rng):                one batch to evaluate after each epoch and at the end, in place of the first of
#                                     batches(); `rng` begins as it does there
#
# CHANNELS_FIRST = ("x",)             arrays of the batch that are (N, C, H, W): TensorFlow gets them as (N, H, W, C)
# WEIGHTS = {"tf name": "torch name"} which weight is which, where kind, names and order of the layers do not decide;
#                                     "name.T", "name.permute(3, 2, 0, 1)", "name[0:64]", "name[:, 0:64]", "name[0]",
#                                     "name[None]", "a + b" and "cat(a, b)" are weights too, and a function of them:
#                                     lambda weights: weights["name"].T; None is no partner
# STEPS_PER_EPOCH = 20                the length of an epoch in epochs.csv
# ACCEPT = {"BatchNorm eps": "why"}   differences that are meant, by their words in the report: the rest decides
# MUST_FALL = True                    two equal losses that do not fall are then "not decreasing", no longer equivalent
