"""An auxiliary loss that is switched off at step 9: a count in Python on one side, the optimizer's own on the other."""

import numpy as np

STEPS_PER_EPOCH = 4
SWITCHED_OFF = 9


def batches(rng):
    x = rng.normal(size=(80, 6))
    y = np.sin(x[:, :2])
    for _ in range(4):
        for rows in rng.permutation(80).reshape(STEPS_PER_EPOCH, 20):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn

    class TwoHeads(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(6, 10)
            self.head = nn.Linear(10, 2)
            self.decoder = nn.Linear(10, 6)
            self.steps = 0

        def forward(self, x):
            code = torch.tanh(self.body(x))
            return self.head(code), self.decoder(code)

    def loss(model, batch, weight=0.5):
        prediction, copied = model(batch["x"])
        mistake = nn.functional.mse_loss(prediction, batch["y"])
        return mistake + weight * nn.functional.mse_loss(copied, batch["x"])

    model = TwoHeads()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.2)


def torch_step(side, batch):
    weight = 0.5 if side.model.steps < SWITCHED_OFF else 0.0
    side.model.steps += 1
    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch, weight)
    loss.backward()
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.body = layers.Dense(10)
            self.head = layers.Dense(2)
            self.decoder = layers.Dense(6)

        def call(self, x):
            code = tf.tanh(self.body(x))
            return self.head(code), self.decoder(code)

    def loss(model, batch, weight=0.5):
        prediction, copied = model(batch["x"])
        mistake = tf.reduce_mean(tf.square(prediction - batch["y"]))
        return mistake + tf.cast(weight, mistake.dtype) * tf.reduce_mean(tf.square(copied - batch["x"]))

    return Network(), loss, keras.optimizers.SGD(0.2)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    weight = tf.where(side.optimizer.iterations.value < SWITCHED_OFF, 0.5, 0.0)
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch, weight)
    side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
    return value
