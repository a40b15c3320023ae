"""The next frame from a convolutional LSTM: gates of one convolution, states of zeros, frames in turn."""

CHANNELS_FIRST = ("next",)
HIDDEN, FRAMES = 3, 3


def batches(rng):
    for _ in range(5):
        yield {"frames": rng.normal(size=(3, FRAMES, 5, 5, 2)), "next": rng.normal(size=(3, 1, 5, 5))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class ConvLSTMCell(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(2 + HIDDEN, 4 * HIDDEN, 3, padding=1)

        def forward(self, x, state):
            h_cur, c_cur = state
            combined = torch.cat([x, h_cur], dim=1)
            cc_i, cc_f, cc_o, cc_g = torch.split(self.conv(combined), HIDDEN, dim=1)
            i, f, o = torch.sigmoid(cc_i), torch.sigmoid(cc_f), torch.sigmoid(cc_o)
            g = torch.tanh(cc_g)
            c_next = f * c_cur + i * g
            h_next = o * torch.tanh(c_next)
            return h_next, c_next

    class Predictor(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = ConvLSTMCell()
            self.out = nn.Conv2d(HIDDEN, 1, 1)

        def forward(self, frames):
            frames = frames.permute(1, 0, 4, 2, 3)
            h = c = frames.new_zeros(frames.size(1), HIDDEN, 5, 5)
            for x in frames:
                h, c = self.cell(x, (h, c))
            return self.out(h)

    def loss(model, batch):
        return F.mse_loss(model(batch["frames"]), batch["next"])

    model = Predictor()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Predictor(keras.Model):
        def __init__(self):
            super().__init__()
            self.gates = layers.Conv2D(4 * HIDDEN, 3, padding="same")
            self.frame = layers.Conv2D(1, 1)

        def call(self, frames):
            hidden = tf.zeros_like(frames[:, 0, :, :, :1]) * tf.ones(HIDDEN, frames.dtype)
            memory = hidden
            for t in range(FRAMES):
                gates = self.gates(tf.concat([frames[:, t], hidden], axis=-1))
                enter, keep, show, new = tf.split(gates, 4, axis=-1)
                memory = tf.sigmoid(keep) * memory + tf.sigmoid(enter) * tf.tanh(new)
                hidden = tf.sigmoid(show) * tf.tanh(memory)
            return self.frame(hidden)

    squared = keras.losses.MeanSquaredError()

    def loss(model, batch):
        return squared(batch["next"], model(batch["frames"]))

    return Predictor(), loss, Adam(5e-3)
