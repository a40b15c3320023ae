"""Noise taken off small images: a strided encoder, a transposed convolution back, errors summed over each image."""

CHANNELS_FIRST = ("noisy", "clean")


def batches(rng):
    for _ in range(5):
        clean = rng.normal(size=(5, 2, 8, 8))
        yield {"noisy": clean + 0.3 * rng.normal(size=clean.shape), "clean": clean}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(
        nn.Conv2d(2, 4, kernel_size=3, stride=2, padding=1),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(4, 3, kernel_size=3, stride=2, padding=1, output_padding=1),
        nn.LeakyReLU(),
        nn.Conv2d(3, 2, kernel_size=3, padding=1),
    )
    criterion = nn.MSELoss(reduction="sum")

    def loss(model, batch):
        restored = model(batch["noisy"])
        return criterion(restored, batch["clean"]) / restored.shape[0]

    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Denoiser(keras.Model):
        def __init__(self):
            super().__init__()
            self.down = layers.Conv2D(4, 3, strides=2, padding="valid")
            self.up = layers.Conv2DTranspose(3, 3, strides=2, padding="valid")
            self.out = layers.Conv2D(2, 3, padding="same")

        def call(self, x):
            x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
            code = tf.nn.leaky_relu(self.down(x), alpha=0.01)
            wide = self.up(code)[:, 1:, 1:, :]
            features = tf.nn.leaky_relu(wide, alpha=0.01)
            return self.out(features)

    def loss(model, batch):
        error = tf.square(model(batch["noisy"]) - batch["clean"])
        return tf.reduce_mean(tf.reduce_sum(error, axis=[1, 2, 3]))

    return Denoiser(), loss, Adam(5e-3)
