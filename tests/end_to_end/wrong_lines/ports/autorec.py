"""Ratings completed by an autoencoder with tied weights: only what was rated counts, and a penalty on the weights."""

ITEMS, HIDDEN, LAMBDA = 7, 4, 0.1
WEIGHTS = {"decoder.bias": "decoder_bias"}


def batches(rng):
    for _ in range(6):
        rated = (rng.uniform(size=(6, ITEMS)) < 0.6).astype(float)
        yield {"ratings": rated * rng.integers(1, 6, size=rated.shape), "rated": rated}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class AutoRec(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(ITEMS, HIDDEN)
            self.decoder_bias = nn.Parameter(torch.zeros(ITEMS))

        def forward(self, r):
            hidden = torch.sigmoid(self.encoder(r))
            return F.linear(hidden, self.encoder.weight.t(), self.decoder_bias)

    def loss(model, batch):
        r, mask_r = batch["ratings"], batch["rated"]
        decoded = model(r)
        cost = ((decoded - r) * mask_r).pow(2).sum() / mask_r.sum()
        reg = 0.5 * LAMBDA * model.encoder.weight.norm().pow(2)
        return cost + reg

    model = AutoRec()
    return model, loss, torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adadelta

    class Tied(layers.Layer):
        def __init__(self, source):
            super().__init__()
            self.source = source

        def build(self, shape):
            self.bias = self.add_weight(shape=(ITEMS,), initializer="zeros", name="bias")

        def call(self, code):
            return tf.matmul(code, self.source.kernel, transpose_b=True) + self.bias

    class Completion(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = layers.Dense(HIDDEN, activation="sigmoid")
            self.decoder = Tied(self.encoder)

        def call(self, ratings):
            return self.decoder(self.encoder(ratings))

    def loss(model, batch):
        completed = model(batch["ratings"])
        squared = tf.square(completed - batch["ratings"])
        error = tf.reduce_mean(tf.boolean_mask(squared, batch["rated"] > 0))
        return error + LAMBDA * tf.nn.l2_loss(model.encoder.kernel)

    return Completion(), loss, Adadelta(1.0, rho=0.9)
