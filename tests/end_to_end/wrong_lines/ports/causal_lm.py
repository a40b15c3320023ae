"""A language model of one causal convolution: labels are the inputs, shifted in the loss; padding does not count."""

import numpy as np

VOCABULARY, SMOOTHING = 9, 0.1


def batches(rng):
    for _ in range(6):
        length = rng.integers(3, 8, size=(6, 1))
        ids = (rng.integers(0, 8, size=(6, 1)) + 2 * np.arange(8)) % 8 + 1
        yield {"input_ids": np.where(np.arange(8) < length, ids, 0)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class CausalLM(nn.Module):
        def __init__(self):
            super().__init__()
            self.wte = nn.Embedding(VOCABULARY, 6)
            self.conv = nn.Conv1d(6, 10, 3)
            self.lm_head = nn.Linear(10, VOCABULARY)

        def forward(self, input_ids):
            x = self.wte(input_ids).transpose(1, 2)
            x = self.conv(F.pad(x, (2, 0)))
            return self.lm_head(torch.tanh(x).transpose(1, 2))

    def loss(model, batch):
        logits = model(batch["input_ids"])
        shift_logits = logits[:, :-1].reshape(-1, VOCABULARY)
        shift_labels = batch["input_ids"][:, 1:].reshape(-1)
        return F.cross_entropy(shift_logits, shift_labels, ignore_index=0, label_smoothing=SMOOTHING)

    model = CausalLM()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class CausalLM(keras.Model):
        def __init__(self):
            super().__init__()
            self.wte = layers.Embedding(VOCABULARY, 6)
            self.conv = layers.Conv1D(10, 3)
            self.lm_head = layers.Dense(VOCABULARY)

        def call(self, input_ids):
            embedded = self.wte(input_ids)
            padded = tf.pad(embedded, [[0, 0], [2, 0], [0, 0]])
            return self.lm_head(tf.tanh(self.conv(padded)))

    def smoothed(labels, logits):
        soft = tf.one_hot(labels, VOCABULARY, dtype=logits.dtype)
        soft = soft * (1 - SMOOTHING) + SMOOTHING / VOCABULARY
        return -tf.reduce_sum(soft * tf.nn.log_softmax(logits), axis=-1)

    def loss(model, batch):
        logits = model(batch["input_ids"])
        labels = batch["input_ids"][:, 1:]
        token_losses = smoothed(labels, logits[:, :-1])
        counted = tf.cast(labels != 0, token_losses.dtype)
        return tf.reduce_sum(token_losses * counted) / tf.reduce_sum(counted)

    return CausalLM(), loss, Adam(0.02)
