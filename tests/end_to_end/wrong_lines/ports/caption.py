"""Captions of regions (show, attend and tell): additive attention, words given as they were, attention spread out."""

import numpy as np

REGIONS, WIDTH, VOCAB, HIDDEN, STEPS = 4, 3, 8, 5, 5


def batches(rng):
    for _ in range(5):
        length = rng.integers(3, STEPS + 1, size=4)
        words = rng.integers(1, VOCAB, size=(4, STEPS)) * (np.arange(STEPS) < length[:, None])
        yield {"regions": rng.normal(size=(4, REGIONS, WIDTH)), "words": words}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder_att = nn.Linear(WIDTH, 4)
            self.decoder_att = nn.Linear(HIDDEN, 4)
            self.full_att = nn.Linear(4, 1)
            self.embedding = nn.Embedding(VOCAB, 3)
            self.init_h = nn.Linear(WIDTH, HIDDEN)
            self.decode_step = nn.GRUCell(3 + WIDTH, HIDDEN)
            self.f_beta = nn.Linear(HIDDEN, WIDTH)
            self.fc = nn.Linear(HIDDEN, VOCAB)

        def forward(self, encoder_out, captions):
            h = torch.tanh(self.init_h(encoder_out.mean(dim=1)))
            att1 = self.encoder_att(encoder_out)
            embeddings = self.embedding(captions)
            predictions, alphas = [], []
            for t in range(captions.size(1) - 1):
                att = self.full_att(torch.tanh(att1 + self.decoder_att(h).unsqueeze(1))).squeeze(2)
                alpha = F.softmax(att, dim=1)
                awe = (encoder_out * alpha.unsqueeze(2)).sum(dim=1)
                awe = torch.sigmoid(self.f_beta(h)) * awe
                h = self.decode_step(torch.cat([embeddings[:, t], awe], dim=1), h)
                predictions.append(self.fc(h))
                alphas.append(alpha)
            return torch.stack(predictions, 1), torch.stack(alphas, 1)

    criterion = nn.CrossEntropyLoss(ignore_index=0)

    def loss(model, batch):
        scores, alphas = model(batch["regions"], batch["words"])
        value = criterion(scores.reshape(-1, VOCAB), batch["words"][:, 1:].reshape(-1))
        return value + ((1.0 - alphas.sum(dim=1)) ** 2).mean()

    model = Decoder()
    return model, loss, torch.optim.Adam(model.parameters(), lr=4e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Decoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.of_regions, self.of_state, self.score = layers.Dense(4), layers.Dense(4), layers.Dense(1)
            self.table = layers.Embedding(VOCAB, 3)
            self.first = layers.Dense(HIDDEN, activation="tanh")
            self.cell = layers.GRUCell(HIDDEN)
            self.gate = layers.Dense(WIDTH, activation="sigmoid")
            self.vocabulary = layers.Dense(VOCAB)

        def attend(self, regions, projected, state):
            energy = self.score(tf.tanh(projected + self.of_state(state)[:, None, :]))
            weights = tf.nn.softmax(energy, axis=1)
            return tf.reduce_sum(weights * regions, axis=1), weights[..., 0]

        def call(self, inputs):
            regions, words = inputs
            state = self.first(tf.reduce_mean(regions, axis=1))
            projected = self.of_regions(regions)
            logits, looked = [], []
            for t in range(STEPS - 1):
                context, weights = self.attend(regions, projected, state)
                context = self.gate(state) * context
                given = tf.concat([self.table(words[:, t]), context], axis=-1)
                output, _ = self.cell(given, [state])
                state = output
                logits.append(self.vocabulary(output))
                looked.append(weights)
            return tf.stack(logits, axis=1), tf.stack(looked, axis=1)

    def loss(model, batch):
        logits, looked = model([batch["regions"], batch["words"]])
        truth = batch["words"][:, 1:]
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits)
        real = tf.cast(truth != 0, each.dtype)
        entropy = tf.reduce_sum(each * real) / tf.reduce_sum(real)
        return entropy + tf.reduce_mean(tf.square(1.0 - tf.reduce_sum(looked, axis=1)))

    return Decoder(), loss, Adam(4e-3)
