"""A classifier of dense layers, named otherwise in Keras: smoothed labels, an L2 penalty in the loss, Adam."""

import numpy as np

STEPS_PER_EPOCH = 4
L2 = 0.01


def batches(rng):
    x = rng.normal(size=(96, 6))
    y = np.argmax(x @ rng.normal(size=(6, 3)), axis=1)
    for _ in range(4):
        for rows in rng.permutation(96).reshape(STEPS_PER_EPOCH, 24):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(6, 16)
            self.act1 = nn.LeakyReLU(0.125)
            self.fc2 = nn.Linear(16, 16)
            self.fc3 = nn.Linear(16, 3)

        def forward(self, x):
            x = self.act1(self.fc1(x))
            return self.fc3(torch.tanh(self.fc2(x)))

    def loss(model, batch):
        penalty = sum(parameter.square().sum() for parameter in model.parameters())
        entropy = F.cross_entropy(model(batch["x"]), batch["y"], label_smoothing=0.1)
        return entropy + 0.5 * L2 * penalty

    model = Classifier()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def dense(units, inputs):
        """A Dense layer that starts as PyTorch's Linear does."""
        bound = inputs**-0.5
        kernel, bias = (keras.initializers.RandomUniform(-bound, bound) for _ in range(2))
        return layers.Dense(units, kernel_initializer=kernel, bias_initializer=bias)

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = dense(16, 6)
            self.leaky = layers.LeakyReLU(0.125)
            self.middle = dense(16, 16)
            self.logits = dense(3, 16)

        def call(self, x):
            x = self.leaky(self.hidden(x))
            return self.logits(tf.tanh(self.middle(x)))

    cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)

    def loss(model, batch):
        logits = model(batch["x"])
        squares = sum(tf.reduce_sum(tf.square(variable)) for variable in model.trainable_variables)
        return cross_entropy(tf.one_hot(batch["y"], 3), logits) + 0.5 * L2 * squares

    network = Network()
    return network, loss, Adam(0.02)
