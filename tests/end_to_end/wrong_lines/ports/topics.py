"""A topic model (ProdLDA): a logistic normal over topics, the Laplace prior of a Dirichlet, words by their logits."""

WORDS, TOPICS, ALPHA = 12, 4, 0.8
PRIOR_VAR = (1.0 - 2.0 / TOPICS) / ALPHA + 1.0 / (TOPICS * ALPHA)


def batches(rng):
    for _ in range(5):
        yield {"counts": rng.poisson(1.0, size=(6, WORDS)).astype(float), "noise": rng.normal(size=(6, TOPICS))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class ProdLDA(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(WORDS, 7)
            self.fcmu = nn.Linear(7, TOPICS)
            self.fclv = nn.Linear(7, TOPICS)
            self.beta = nn.Linear(TOPICS, WORDS, bias=False)

        def forward(self, inputs, noise):
            h = F.softplus(self.fc1(inputs))
            mu, logvar = self.fcmu(h), self.fclv(h)
            z = mu + noise * torch.exp(logvar / 2)
            theta = F.softmax(z, dim=1)
            return self.beta(theta), mu, logvar

    def loss(model, batch):
        logits, mu, logvar = model(batch["counts"], batch["noise"])
        nll = -(batch["counts"] * F.log_softmax(logits, dim=1)).sum(dim=1)
        prior_logvar = torch.log(torch.tensor(PRIOR_VAR, dtype=mu.dtype))
        kld = 0.5 * ((logvar.exp() + mu**2) / PRIOR_VAR + prior_logvar - logvar - 1).sum(dim=1)
        return (nll + kld).mean()

    model = ProdLDA()
    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-2, betas=(0.99, 0.999))


def tf_side():
    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class ProdLDA(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = layers.Dense(7, activation="softplus")
            self.mean = layers.Dense(TOPICS)
            self.log_variance = layers.Dense(TOPICS)
            self.words = layers.Dense(WORDS, use_bias=False)

        def call(self, inputs):
            counts, noise = inputs
            code = self.encoder(counts)
            mean, log_variance = self.mean(code), self.log_variance(code)
            drawn = mean + tf.exp(0.5 * log_variance) * noise
            return self.words(tf.nn.softmax(drawn)), mean, log_variance

    def divergence(mean, log_variance):
        ratio = tf.exp(log_variance) / PRIOR_VAR
        apart = tf.square(mean) / PRIOR_VAR
        determinants = TOPICS * np.log(PRIOR_VAR) - tf.reduce_sum(log_variance, axis=-1)
        return 0.5 * (tf.reduce_sum(ratio + apart, axis=-1) + determinants - TOPICS)

    def loss(model, batch):
        logits, mean, log_variance = model([batch["counts"], batch["noise"]])
        words = tf.reduce_sum(batch["counts"] * tf.nn.log_softmax(logits), axis=-1)
        return tf.reduce_mean(divergence(mean, log_variance) - words)

    return ProdLDA(), loss, Adam(1e-2, beta_1=0.99)
