"""Matrix factorisation: a user occurs many times in a batch, and TensorFlow's gradient has a row for each time."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    user, item = rng.integers(0, 9, size=120), rng.integers(0, 7, size=120)
    rating = (rng.normal(size=(9, 2)) @ rng.normal(size=(2, 7)))[user, item]
    for _ in range(3):
        for rows in rng.permutation(120).reshape(STEPS_PER_EPOCH, 30):
            yield {"user": user[rows], "item": item[rows], "rating": rating[rows]}


def torch_side():
    import torch
    from torch import nn

    class Factorisation(nn.Module):
        def __init__(self):
            super().__init__()
            self.user = nn.Embedding(9, 4)
            self.item = nn.Embedding(7, 4)
            self.user_bias = nn.Embedding(9, 1)
            self.item_bias = nn.Embedding(7, 1)

        def forward(self, user, item):
            product = (self.user(user) * self.item(item)).sum(dim=1)
            return product + self.user_bias(user)[:, 0] + self.item_bias(item)[:, 0]

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["user"], batch["item"]), batch["rating"])

    model = Factorisation()
    return model, loss, torch.optim.Adagrad(model.parameters(), lr=0.1, initial_accumulator_value=0.2, eps=0)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.user = layers.Embedding(9, 4)
            self.item = layers.Embedding(7, 4)
            self.user_bias = layers.Embedding(9, 1)
            self.item_bias = layers.Embedding(7, 1)

        def call(self, inputs):
            user, item = inputs
            product = tf.reduce_sum(self.user(user) * self.item(item), axis=1)
            return product + self.user_bias(user)[:, 0] + self.item_bias(item)[:, 0]

    def loss(model, batch):
        return tf.reduce_mean(tf.math.squared_difference(model((batch["user"], batch["item"])), batch["rating"]))

    return Network(), loss, keras.optimizers.Adagrad(0.1, initial_accumulator_value=np.float64(0.2), epsilon=0.0)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    # Rows of the same user are added up before the optimizer squares them.
    gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(value, variables)]
    side.optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
