"""A convolutional autoencoder whose code is sparse: the divergence of each unit's mean activity from a target."""

CHANNELS_FIRST = ("image",)
SIZE, CODE, RHO, BETA = 8, 6, 0.1, 0.5


def batches(rng):
    for _ in range(5):
        yield {"image": rng.uniform(size=(6, 1, SIZE, SIZE))}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class Autoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(
                nn.Conv2d(1, 3, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.Conv2d(3, 4, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.Flatten(),
                nn.Linear(16, CODE),
                nn.Sigmoid(),
            )
            self.decoder = nn.Sequential(
                nn.Linear(CODE, 16),
                nn.ReLU(),
                nn.Unflatten(1, (4, 2, 2)),
                nn.ConvTranspose2d(4, 3, 2, stride=2),
                nn.ReLU(),
                nn.ConvTranspose2d(3, 1, 2, stride=2),
                nn.Sigmoid(),
            )

        def forward(self, x):
            code = self.encoder(x)
            return self.decoder(code), code

    def kl_divergence(rho, activations):
        rho_hat = torch.mean(activations, 0)
        rho = torch.full_like(rho_hat, rho)
        return torch.sum(rho * torch.log(rho / rho_hat) + (1 - rho) * torch.log((1 - rho) / (1 - rho_hat)))

    def loss(model, batch):
        recon, code = model(batch["image"])
        bce = F.binary_cross_entropy(recon, batch["image"], reduction="sum") / len(recon)
        return bce + BETA * kl_divergence(RHO, code)

    model = Autoencoder()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    def encoder():
        image = keras.Input((SIZE, SIZE, 1))
        x = layers.Conv2D(3, 3, strides=2, activation="relu")(layers.ZeroPadding2D(1)(image))
        x = layers.Conv2D(4, 3, strides=2, activation="relu")(layers.ZeroPadding2D(1)(x))
        x = layers.Flatten()(layers.Permute((3, 1, 2))(x))
        return keras.Model(image, layers.Dense(CODE, activation="sigmoid")(x))

    def decoder():
        code = keras.Input((CODE,))
        x = layers.Dense(16, activation="relu")(code)
        x = layers.Permute((2, 3, 1))(layers.Reshape((4, 2, 2))(x))
        x = layers.Conv2DTranspose(3, 2, strides=2, activation="relu")(x)
        return keras.Model(code, layers.Conv2DTranspose(1, 2, strides=2, activation="sigmoid")(x))

    class SparseAutoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode, self.decode = encoder(), decoder()

        def call(self, image):
            return self.encode(image)

    def loss(model, batch):
        image = batch["image"]
        code = model(image)
        made = model.decode(code)
        likelihood = image * tf.math.log(made) + (1.0 - image) * tf.math.log(1.0 - made)
        reconstruction = -tf.reduce_mean(tf.reduce_sum(likelihood, axis=[1, 2, 3]))
        active = tf.reduce_mean(code, axis=0)
        cross = RHO * tf.math.log(active) + (1.0 - RHO) * tf.math.log(1.0 - active)
        entropy = RHO * tf.math.log(tf.constant(RHO, code.dtype))
        entropy += (1.0 - RHO) * tf.math.log(tf.constant(1.0 - RHO, code.dtype))
        return reconstruction + BETA * tf.reduce_sum(entropy - cross)

    return SparseAutoencoder(), loss, AdamW(5e-3, weight_decay=0.01)
