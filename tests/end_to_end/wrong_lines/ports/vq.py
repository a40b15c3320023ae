"""A vector-quantised autoencoder: a layer of its own holds the codes, and gradients pass it straight through."""

BETA = 0.25
WEIGHTS = {"codes.codes": "quantizer.codes"}


def batches(rng):
    for _ in range(6):
        yield rng.normal(size=(14, 6))


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Quantizer(nn.Module):
        def __init__(self):
            super().__init__()
            self.codes = nn.Parameter(torch.rand(7, 4) - 0.5)

        def forward(self, z):
            distances = (z**2).sum(dim=1, keepdim=True) - 2 * z @ self.codes.t() + (self.codes**2).sum(dim=1)
            quantized = self.codes[distances.argmin(dim=1)]
            e_latent = F.mse_loss(quantized.detach(), z)
            q_latent = F.mse_loss(quantized, z.detach())
            quantized = z + (quantized - z).detach()
            return quantized, q_latent + BETA * e_latent

    class Autoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(6, 4)
            self.quantizer = Quantizer()
            self.decoder = nn.Linear(4, 6)

        def forward(self, x):
            quantized, penalty = self.quantizer(self.encoder(x))
            return self.decoder(quantized), penalty

    def loss(model, x):
        made, penalty = model(x)
        return F.mse_loss(made, x) + penalty

    model = Autoencoder()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class VectorQuantizer(keras.layers.Layer):
        def build(self, shape):
            self.codes = self.add_weight(shape=(7, shape[-1]), initializer="uniform", name="codes")

        def call(self, inputs):
            similarity = tf.matmul(inputs, self.codes, transpose_b=True)
            squares = tf.reduce_sum(inputs**2, axis=1, keepdims=True) + tf.reduce_sum(self.codes**2, axis=1)
            nearest = tf.gather(self.codes, tf.argmin(squares - 2 * similarity, axis=1))
            commitment = tf.reduce_mean((tf.stop_gradient(nearest) - inputs) ** 2)
            codebook = tf.reduce_mean((nearest - tf.stop_gradient(inputs)) ** 2)
            passed = inputs + tf.stop_gradient(nearest - inputs)
            return passed, codebook + BETA * commitment

    class Autoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = layers.Dense(4)
            self.codes = VectorQuantizer()
            self.decoder = layers.Dense(6)

        def call(self, x):
            latent, extra = self.codes(self.encoder(x))
            return self.decoder(latent), extra

    def loss(model, x):
        reconstruction, extra = model(x)
        return tf.reduce_mean((reconstruction - x) ** 2) + extra

    return Autoencoder(), loss, SGD(0.1)
