"""An LSTM whose two biases PyTorch trains both: their sum moves twice as fast, so Keras' one bias has to as well."""

STEPS_PER_EPOCH = 4


def batches(rng):
    x = rng.normal(size=(70, 5, 2))
    y = x[:, 0] * 0.7 - x[:, 3]
    for _ in range(4):
        order = rng.permutation(70)
        for start in range(0, 70, 20):  # the last batch of an epoch is half as large
            rows = order[start : start + 20]
            yield x[rows], y[rows]


def torch_side():
    import torch
    from torch import nn

    class Forecast(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(2, 6, batch_first=True)
            self.head = nn.Linear(6, 2)

        def forward(self, x):
            return self.head(self.rnn(x)[0].mean(dim=1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.l1_loss(model(x), y)

    model = Forecast()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.rnn = layers.LSTM(6, return_sequences=True)
            self.head = layers.Dense(2)

        def call(self, x):
            return self.head(tf.reduce_mean(self.rnn(x), axis=1))

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean(tf.abs(model(x) - y))

    return Network(), loss, keras.optimizers.SGD(0.3)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    gradients = tape.gradient(value, variables)
    # PyTorch moves each of its two biases so far.
    bias = side.model.rnn.cell.bias
    gradients = [2 * g if variable is bias else g for g, variable in zip(gradients, variables, strict=True)]
    side.optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return value
