"""Does one sentence follow from another (ESIM, coetaur0/ESIM)? Soft alignment, enhancement, composition, pooling."""

import numpy as np

WORDS, WIDTH, HIDDEN, CLASSES, LONG, SHORT = 11, 5, 4, 3, 6, 5


def batches(rng):
    for _ in range(5):
        batch = {"label": rng.integers(0, CLASSES, size=4)}
        for name, length in (("premise", LONG), ("hypothesis", SHORT)):
            there = np.arange(length) < rng.integers(3, length + 1, size=(4, 1))
            batch[name] = np.where(there, rng.integers(1, WORDS, size=(4, length)), 0)
        yield batch


def torch_side():
    import torch
    from torch import nn

    def masked_softmax(tensor, mask):
        mask = mask.unsqueeze(1).expand_as(tensor).to(tensor.dtype)
        result = nn.functional.softmax(tensor * mask, dim=-1)
        result = result * mask
        return result / (result.sum(dim=-1, keepdim=True) + 1e-13)

    class ESIM(nn.Module):
        def __init__(self):
            super().__init__()
            self._word_embedding = nn.Embedding(WORDS, WIDTH)
            self._encoding = nn.LSTM(WIDTH, HIDDEN, bias=False, batch_first=True, bidirectional=True)
            self._projection = nn.Sequential(nn.Linear(4 * 2 * HIDDEN, 6), nn.ReLU())
            self._composition = nn.GRU(6, 5, batch_first=True)
            self._classification = nn.Sequential(nn.Linear(4 * 5, 7), nn.Tanh(), nn.Linear(7, CLASSES))

        def attend(self, premises, premises_mask, hypotheses, hypotheses_mask):
            similarity = premises.bmm(hypotheses.transpose(2, 1).contiguous())
            prem_hyp_attn = masked_softmax(similarity, hypotheses_mask)
            hyp_prem_attn = masked_softmax(similarity.transpose(1, 2).contiguous(), premises_mask)
            return prem_hyp_attn.bmm(hypotheses), hyp_prem_attn.bmm(premises)

        def compose(self, encoded, attended):
            enhanced = torch.cat([encoded, attended, encoded - attended, encoded * attended], dim=-1)
            return self._composition(self._projection(enhanced))[0]

        def pool(self, v, mask):
            mask = mask.unsqueeze(-1).to(v.dtype)
            v_avg = torch.sum(v * mask, dim=1) / torch.sum(mask, dim=1)
            v_max, _ = (v * mask + (1.0 - mask) * -1e7).max(dim=1)
            return v_avg, v_max

        def forward(self, premises, hypotheses):
            premises_mask, hypotheses_mask = premises > 0, hypotheses > 0
            encoded_premises, _ = self._encoding(self._word_embedding(premises))
            encoded_hypotheses, _ = self._encoding(self._word_embedding(hypotheses))
            attended_premises, attended_hypotheses = self.attend(
                encoded_premises, premises_mask, encoded_hypotheses, hypotheses_mask
            )
            v_ai = self.compose(encoded_premises, attended_premises)
            v_bj = self.compose(encoded_hypotheses, attended_hypotheses)
            return self._classification(
                torch.cat([*self.pool(v_ai, premises_mask), *self.pool(v_bj, hypotheses_mask)], dim=1)
            )

    criterion = nn.CrossEntropyLoss()

    def loss(model, batch):
        return criterion(model(batch["premise"], batch["hypothesis"]), batch["label"])

    model = ESIM()
    return model, loss, torch.optim.Adam(model.parameters(), lr=4e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def shares(scores, there):
        # words that are not there count as scores of 0 in the softmax, and are taken out afterwards
        weights = tf.nn.softmax(scores * there, axis=-1) * there
        return weights / (tf.reduce_sum(weights, axis=-1, keepdims=True) + 1e-13)

    class Inference(keras.Model):
        def __init__(self):
            super().__init__()
            self.words = layers.Embedding(WORDS, WIDTH)
            self.read = layers.Bidirectional(layers.LSTM(HIDDEN, return_sequences=True, use_bias=False))
            self.shrink = layers.Dense(6, activation="relu")
            self.reread = layers.GRU(5, return_sequences=True)
            self.hidden, self.classes = layers.Dense(7, activation="tanh"), layers.Dense(CLASSES)

        def summary_of(self, own, aligned, there):
            both = tf.concat([own, aligned, own - aligned, own * aligned], axis=-1)
            states = self.reread(self.shrink(both))
            there = tf.cast(there, states.dtype)[:, :, None]
            mean = tf.reduce_sum(states * there, axis=1) / tf.reduce_sum(there, axis=1)
            highest = tf.reduce_max(tf.where(there > 0, states, -1e7), axis=1)
            return [mean, highest]

        def call(self, premise, hypothesis):
            p, h = self.read(self.words(premise)), self.read(self.words(hypothesis))
            p_there, h_there = tf.cast(premise > 0, p.dtype), tf.cast(hypothesis > 0, h.dtype)
            scores = tf.einsum("bpd,bhd->bph", p, h)
            of_hypothesis = shares(scores, h_there[:, None, :])
            of_premise = shares(tf.transpose(scores, [0, 2, 1]), p_there[:, None, :])
            p_aligned = tf.einsum("bph,bhd->bpd", of_hypothesis, h)
            h_aligned = tf.einsum("bhp,bpd->bhd", of_premise, p)
            read = self.summary_of(p, p_aligned, premise > 0) + self.summary_of(h, h_aligned, hypothesis > 0)
            return self.classes(self.hidden(tf.concat(read, axis=-1)))

    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch):
        return crossentropy(batch["label"], model(batch["premise"], batch["hypothesis"]))

    return Inference(), loss, Adam(4e-3)
