"""Pictures and words in one space (CLIP): pooled over what is no padding, a learnt temperature, a loss both ways."""

import math

import numpy as np

WORDS, LENGTH, WIDTH = 8, 5, 4
WEIGHTS = {"log_temperature": "logit_scale"}


def batches(rng):
    for _ in range(6):
        words = rng.integers(1, WORDS, size=(6, LENGTH))
        words = np.where(np.arange(LENGTH) < rng.integers(2, LENGTH + 1, size=(6, 1)), words, 0)
        yield {"image": rng.normal(size=(6, 7)), "words": words}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class CLIP(nn.Module):
        def __init__(self):
            super().__init__()
            self.visual = nn.Sequential(nn.Linear(7, 8), nn.SiLU(), nn.Linear(8, WIDTH))
            self.token_embedding = nn.Embedding(WORDS, 6)
            self.text_projection = nn.Linear(6, WIDTH, bias=False)
            self.logit_scale = nn.Parameter(torch.ones(1) * math.log(5.0))

        def encode_text(self, words):
            mask = (words != 0).unsqueeze(-1).to(self.logit_scale)
            embedded = self.token_embedding(words)
            pooled = (embedded * mask).sum(dim=1) / mask.sum(dim=1)
            return self.text_projection(torch.tanh(pooled))

        def forward(self, image, words):
            image_features = self.visual(image)
            text_features = self.encode_text(words)
            image_features = image_features / image_features.norm(dim=1, keepdim=True)
            text_features = text_features / text_features.norm(dim=1, keepdim=True)
            logits_per_image = self.logit_scale.exp() * image_features @ text_features.t()
            return logits_per_image, logits_per_image.t()

    def loss(model, batch):
        per_image, per_text = model(batch["image"], batch["words"])
        labels = torch.arange(len(per_image))
        return (F.cross_entropy(per_image, labels) + F.cross_entropy(per_text, labels)) / 2

    model = CLIP()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    start = keras.initializers.Constant(math.log(5.0))

    class DualEncoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.image_head = layers.Dense(8), layers.Dense(WIDTH)
            self.embed = layers.Embedding(WORDS, 6)
            self.text_head = layers.Dense(WIDTH, use_bias=False)
            self.log_temperature = self.add_weight(shape=(1,), initializer=start, name="log_temperature")

        def text(self, words):
            keep = tf.cast(tf.not_equal(words, 0), self.compute_dtype)
            share = keep / tf.reduce_sum(keep, axis=1, keepdims=True)
            return self.text_head(tf.tanh(tf.einsum("nl,nld->nd", share, self.embed(words))))

        def call(self, image, words):
            picture = self.image_head(keras.activations.silu(self.hidden(image)))
            picture = tf.math.l2_normalize(picture, axis=-1)
            caption = tf.math.l2_normalize(self.text(words), axis=-1)
            return tf.matmul(picture, caption, transpose_b=True) * tf.exp(self.log_temperature)

    def contrastive(logits):
        return -tf.reduce_mean(tf.linalg.diag_part(tf.nn.log_softmax(logits, axis=-1)))

    def loss(model, batch):
        similarity = model(batch["image"], batch["words"])
        picture_loss = contrastive(similarity)
        caption_loss = contrastive(tf.transpose(similarity))
        return 0.5 * (picture_loss + caption_loss)

    return DualEncoder(), loss, Adam(0.01)
