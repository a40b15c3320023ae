"""A denoiser for images: depthwise, strided and transposed convolutions, and a pixel shuffle."""

import numpy as np

STEPS_PER_EPOCH = 4
CHANNELS_FIRST = ("0", "1")


def batches(rng):
    row, column = np.mgrid[0:8, 0:8]
    phase = rng.uniform(0, 6, size=(80, 2, 1, 1))
    clean = np.sin(row / 2 + phase) * np.cos(column / 3 + phase)
    noisy = clean + 0.2 * rng.normal(size=clean.shape)
    for _ in range(3):
        for rows in rng.permutation(80).reshape(STEPS_PER_EPOCH, 20):
            yield noisy[rows], clean[rows]


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Denoiser(nn.Module):
        def __init__(self):
            super().__init__()
            self.depthwise = nn.Conv2d(2, 8, 3, padding=1, groups=2)
            self.down = nn.Conv2d(8, 16, 4, stride=4)
            self.shuffle = nn.PixelShuffle(2)
            self.up = nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1)
            self.out = nn.Conv2d(6, 2, 1)

        def forward(self, x):
            x = self.down(torch.tanh(self.depthwise(x)))
            return self.out(F.silu(self.up(self.shuffle(x))))

    def loss(model, batch):
        noisy, clean = batch
        return F.smooth_l1_loss(model(noisy), clean, beta=0.5)

    model = Denoiser()
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.01, alpha=0.9, eps=1e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class RMSprop(keras.optimizers.RMSprop):
        """Epsilon as PyTorch's: outside the root."""

        def update_step(self, gradient, variable, learning_rate):
            mean = self._velocities[self._get_variable_index(variable)]
            mean.assign(self.rho * mean + (1 - self.rho) * tf.square(gradient))
            variable.assign_sub(learning_rate * gradient / (tf.sqrt(mean) + self.epsilon))

    def pixel_shuffle(x):
        """As PyTorch's, where a channel's own four pixels lie next to each other."""
        _, height, width, channels = x.shape
        x = tf.reshape(x, (-1, height, width, channels // 4, 2, 2))
        return tf.reshape(tf.transpose(x, (0, 1, 4, 2, 5, 3)), (-1, 2 * height, 2 * width, channels // 4))

    class Upsampling(layers.Conv2DTranspose):
        """PyTorch's padding=1 cuts one row and column before, output_padding=1 keeps those behind."""

        def call(self, inputs):
            return super().call(inputs)[:, 1:, 1:]

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.depthwise = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=4)
            self.down = layers.Conv2D(16, 4, strides=4)
            self.up = Upsampling(6, 3, strides=2)
            self.out = layers.Conv2D(2, 1)

        def call(self, x):
            x = self.down(tf.tanh(self.depthwise(x)))
            return self.out(tf.nn.silu(self.up(pixel_shuffle(x))))

    # smooth_l1_loss divides Huber's loss by its threshold.
    huber = keras.losses.Huber(delta=0.5)

    def loss(model, batch):
        noisy, clean = batch
        return huber(clean, model(noisy)) / 0.5

    return Network(), loss, RMSprop(0.01, rho=0.9, epsilon=1e-3)
