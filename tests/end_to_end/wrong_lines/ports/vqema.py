"""Codes that follow their members (VQ-VAE with moving averages): no gradient of the codes, counts that are smoothed."""

CODES, DIM, DECAY, EPS, COMMITMENT = 6, 3, 0.9, 1e-2, 0.25
CHANNELS_FIRST = ("image",)
WEIGHTS = {
    "vq.embeddings": "quantize.embed.T",
    "vq.ema_counts": "quantize.cluster_size",
    "vq.ema_sums": "quantize.embed_avg.T",
}


def batches(rng):
    for _ in range(6):
        yield {"image": rng.normal(size=(3, 2, 4, 4))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Quantize(nn.Module):
        def __init__(self, dim, n_embed, decay=DECAY, eps=EPS):
            super().__init__()
            self.dim, self.n_embed, self.decay, self.eps = dim, n_embed, decay, eps
            embed = torch.randn(dim, n_embed) * 0.5
            self.register_buffer("embed", embed)
            self.register_buffer("cluster_size", torch.ones(n_embed))
            self.register_buffer("embed_avg", embed.clone())

        def forward(self, input):
            flatten = input.reshape(-1, self.dim)
            dist = flatten.pow(2).sum(1, keepdim=True) - 2 * flatten @ self.embed
            dist = dist + self.embed.pow(2).sum(0, keepdim=True)
            _, embed_ind = (-dist).max(1)
            embed_onehot = F.one_hot(embed_ind, self.n_embed).type(flatten.dtype)
            quantize = F.embedding(embed_ind.view(*input.shape[:-1]), self.embed.transpose(0, 1))
            if self.training:
                with torch.no_grad():
                    embed_sum = flatten.transpose(0, 1) @ embed_onehot
                    self.cluster_size.mul_(self.decay).add_(embed_onehot.sum(0), alpha=1 - self.decay)
                    self.embed_avg.mul_(self.decay).add_(embed_sum, alpha=1 - self.decay)
                    n = self.cluster_size.sum()
                    cluster_size = (self.cluster_size + self.eps) / (n + self.n_embed * self.eps) * n
                    self.embed.copy_(self.embed_avg / cluster_size.unsqueeze(0))
            diff = (quantize.detach() - input).pow(2).mean()
            quantize = input + (quantize - input).detach()
            return quantize, diff

    class VQVAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.enc = nn.Sequential(nn.Conv2d(2, 5, 4, stride=2, padding=1), nn.ReLU(), nn.Conv2d(5, DIM, 1))
            self.quantize = Quantize(DIM, CODES)
            self.dec = nn.Sequential(nn.Conv2d(DIM, 5, 1), nn.ReLU(), nn.ConvTranspose2d(5, 2, 4, stride=2, padding=1))

        def forward(self, x):
            quant, diff = self.quantize(self.enc(x).permute(0, 2, 3, 1))
            return self.dec(quant.permute(0, 3, 1, 2)), diff

    def loss(model, batch):
        out, latent_loss = model(batch["image"])
        return F.mse_loss(out, batch["image"]) + COMMITMENT * latent_loss

    model = VQVAE()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class VectorQuantizerEMA(layers.Layer):
        def build(self, shape):
            grid = (CODES, shape[-1])
            self.embeddings = self.add_weight(shape=grid, initializer="normal", trainable=False, name="embeddings")
            self.ema_counts = self.add_weight(shape=(CODES,), initializer="ones", trainable=False, name="ema_counts")
            self.ema_sums = self.add_weight(shape=grid, initializer="normal", trainable=False, name="ema_sums")

        def follow(self, flat, encodings):
            counts, sums = tf.reduce_sum(encodings, axis=0), tf.matmul(encodings, flat, transpose_a=True)
            self.ema_counts.assign(DECAY * self.ema_counts + (1.0 - DECAY) * counts)
            self.ema_sums.assign_sub((1.0 - DECAY) * (self.ema_sums - sums))
            total = tf.reduce_sum(self.ema_counts)
            smoothed = (self.ema_counts + EPS) / (total + CODES * EPS) * total
            self.embeddings.assign(self.ema_sums / smoothed[:, None])

        def call(self, inputs, training=False):
            flat = tf.reshape(inputs, (-1, DIM))
            distances = tf.reduce_sum(tf.math.squared_difference(flat[:, None], self.embeddings[None]), axis=-1)
            indices = tf.argmin(distances, axis=1)
            encodings = tf.one_hot(indices, CODES, dtype=flat.dtype)
            quantized = tf.reshape(tf.matmul(encodings, self.embeddings), tf.shape(inputs))
            if training:
                self.follow(tf.stop_gradient(flat), encodings)
            self.add_loss(COMMITMENT * tf.reduce_mean((tf.stop_gradient(quantized) - inputs) ** 2))
            return inputs + tf.stop_gradient(quantized - inputs)

    image = keras.Input((4, 4, 2))
    latent = layers.Conv2D(DIM, 1)(layers.Conv2D(5, 4, strides=2, padding="same", activation="relu")(image))
    codes = VectorQuantizerEMA(name="vq")(latent)
    decoded = layers.Conv2DTranspose(2, 4, strides=2, padding="same")(layers.Conv2D(5, 1, activation="relu")(codes))
    model = keras.Model(image, decoded)

    def loss(model, batch, training):
        reconstruction = model(batch["image"], training=training)
        return tf.reduce_mean(tf.square(batch["image"] - reconstruction)) + tf.add_n(model.losses)

    return model, loss, Adam(0.01)
