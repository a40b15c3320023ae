"""A recurrent cell by hand with normalised weights; gradients end where a piece of the sequence begins."""

PIECES, LENGTH, WIDTH = 3, 4, 6
WEIGHTS = {"cell.v": "cell.weight_v.T", "cell.g": "cell.weight_g", "cell.b": "cell.bias"}


def batches(rng):
    for _ in range(4):
        x = rng.normal(size=(5, PIECES * LENGTH, 2))
        yield x, x.cumsum(axis=1)[:, :, :1] / 3


def torch_side():
    import torch
    from torch import nn

    class NormalisedCell(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight_v = nn.Parameter(0.4 * torch.randn(WIDTH, 2 + WIDTH))
            self.weight_g = nn.Parameter(torch.rand(WIDTH) + 0.5)
            self.bias = nn.Parameter(torch.zeros(WIDTH))

        def forward(self, x, h):
            weight = self.weight_g[:, None] * self.weight_v / self.weight_v.norm(dim=1, keepdim=True)
            return torch.tanh(nn.functional.linear(torch.cat([x, h], dim=1), weight, self.bias))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell, self.head = NormalisedCell(), nn.Linear(WIDTH, 1)

        def forward(self, x, h):
            outputs = []
            for t in range(x.shape[1]):
                h = self.cell(x[:, t], h)
                outputs.append(self.head(h))
            return torch.stack(outputs, dim=1), h

    def loss(model, batch):
        x, y = batch
        hidden, total = x.new_zeros(len(x), WIDTH), 0.0
        for piece, truth in zip(x.chunk(PIECES, dim=1), y.chunk(PIECES, dim=1), strict=True):
            made, hidden = model(piece, hidden)
            total = total + nn.functional.l1_loss(made, truth)
            hidden = hidden.detach()
        return total / PIECES

    model = Network()
    return model, loss, torch.optim.Adagrad(model.parameters(), lr=0.05)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adagrad

    class Cell(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.v = self.add_weight(shape=(2 + WIDTH, WIDTH), name="v")
            self.g = self.add_weight(shape=(WIDTH,), initializer="ones", name="g")
            self.b = self.add_weight(shape=(WIDTH,), initializer="zeros", name="b")

        def call(self, x, state):
            kernel = self.g * tf.math.l2_normalize(self.v, axis=0)
            return tf.tanh(tf.matmul(tf.concat([x, state], axis=1), kernel) + self.b)

    class Recurrent(keras.Model):
        def __init__(self):
            super().__init__()
            self.cell = Cell()
            self.readout = keras.layers.Dense(1)

        def call(self, piece, state):
            made = tf.TensorArray(piece.dtype, size=LENGTH)
            for time in range(LENGTH):
                state = self.cell(piece[:, time], state)
                made = made.write(time, self.readout(state))
            return tf.transpose(made.stack(), (1, 0, 2)), state

    def loss(model, batch):
        x, y = batch
        state, errors = tf.zeros((5, WIDTH), x.dtype), []
        for begin in range(0, PIECES * LENGTH, LENGTH):
            made, state = model(x[:, begin : begin + LENGTH], state)
            errors.append(tf.reduce_mean(tf.abs(made - y[:, begin : begin + LENGTH])))
            state = tf.stop_gradient(state)
        return sum(errors) / PIECES

    return Recurrent(), loss, Adagrad(0.05)
