"""A variational autoencoder on binary vectors; its noise comes with the batch."""


def batches(rng):
    for _ in range(6):
        yield {"x": (rng.uniform(size=(9, 8)) < 0.4).astype(float), "eps": rng.normal(size=(9, 3))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(8, 12)
            self.fc_mu = nn.Linear(12, 3)
            self.fc_logvar = nn.Linear(12, 3)
            self.decoder = nn.Sequential(nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 8))

        def forward(self, x, eps):
            h = torch.tanh(self.fc1(x))
            mu, logvar = self.fc_mu(h), self.fc_logvar(h)
            z = mu + eps * torch.exp(0.5 * logvar)
            return self.decoder(z), mu, logvar

    def loss(model, batch):
        recon, mu, logvar = model(batch["x"], batch["eps"])
        bce = F.binary_cross_entropy_with_logits(recon, batch["x"], reduction="sum")
        kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        return (bce + kld) / len(batch["x"])

    model = VAE()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adam

    class VAE(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = layers.Dense(12)
            self.z_mean = layers.Dense(3)
            self.z_log_var = layers.Dense(3)
            self.hidden = layers.Dense(12)
            self.out = layers.Dense(8)

        def call(self, inputs):
            x, noise = inputs
            features = ops.tanh(self.encoder(x))
            z_mean, z_log_var = self.z_mean(features), self.z_log_var(features)
            sample = z_mean + ops.exp(0.5 * z_log_var) * noise
            return self.out(ops.tanh(self.hidden(sample))), z_mean, z_log_var

    def loss(model, batch):
        logits, z_mean, z_log_var = model((batch["x"], batch["eps"]))
        pixels = tf.nn.sigmoid_cross_entropy_with_logits(labels=batch["x"], logits=logits)
        reconstruction = tf.reduce_mean(tf.reduce_sum(pixels, axis=1))
        terms = 1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var)
        divergence = -0.5 * tf.reduce_mean(tf.reduce_sum(terms, axis=1))
        return reconstruction + divergence

    return VAE(), loss, Adam(0.01)
