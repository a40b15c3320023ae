"""A regression with nn.Sequential and a functional Keras model: SGD with Nesterov's momentum and weight decay."""

import numpy as np

STEPS_PER_EPOCH = 3


def batches(rng):
    x = rng.uniform(-2, 2, size=(90, 5))
    y = np.sin(x[:, 0]) + x[:, 1] * x[:, 2] / 2
    for _ in range(5):
        for rows in rng.permutation(90).reshape(STEPS_PER_EPOCH, 30):
            yield x[rows], y[rows]


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def loss(model, batch):
        x, y = batch
        return F.mse_loss(model(x).squeeze(1), y)

    model = nn.Sequential(nn.Linear(5, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, weight_decay=0.01, nesterov=True)
    return model, loss, optimizer


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class SGD(keras.optimizers.SGD):
        """Weight decay as PyTorch's: into the gradient, and so through the momentum."""

        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient + 0.01 * variable, variable, learning_rate)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean(tf.square(tf.squeeze(model(x), 1) - y))

    inputs = keras.Input((5,))
    x = layers.Activation("tanh")(layers.Dense(12)(inputs))
    x = layers.Activation("tanh")(layers.Dense(12)(x))
    model = keras.Model(inputs, layers.Dense(1)(x))
    # A NumPy number, for Keras takes a Python float through float32.
    return model, loss, SGD(0.03, momentum=np.float64(0.9), nesterov=True)
