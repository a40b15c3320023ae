"""Words tagged by a recurrent network both ways: padded sentences, a mean over real words, tags of rare kinds."""

import numpy as np

VOCAB, TAGS, LENGTH = 11, 4, 6


def batches(rng):
    for _ in range(5):
        length = np.concatenate([[LENGTH], rng.integers(2, LENGTH + 1, size=4)])
        real = np.arange(LENGTH) < length[:, None]
        yield {
            "words": rng.integers(1, VOCAB, size=(5, LENGTH)) * real,
            "tags": np.where(real, rng.integers(0, TAGS, size=(5, LENGTH)), -1),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(VOCAB, 4)
            self.rnn = nn.GRU(4, 3, batch_first=True, bidirectional=True)
            self.hidden2tag = nn.Linear(6, TAGS)

        def forward(self, words):
            lengths = (words != 0).sum(1)
            packed = pack_padded_sequence(self.embedding(words), lengths, batch_first=True, enforce_sorted=False)
            out, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
            return self.hidden2tag(out)

    loss_function = nn.CrossEntropyLoss(ignore_index=-1)

    def loss(model, batch):
        scores = model(batch["words"])
        return loss_function(scores.view(-1, TAGS), batch["tags"].view(-1))

    model = Tagger()
    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    words = keras.Input((LENGTH,), dtype="int64")
    embedded = layers.Embedding(VOCAB, 4, mask_zero=True)(words)
    context = layers.Bidirectional(layers.GRU(3, return_sequences=True))(embedded)
    model = keras.Model(words, layers.Dense(TAGS)(context))

    def loss(model, batch):
        scores, tags = model(batch["words"]), batch["tags"]
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(tags, 0), scores)
        counted = tf.cast(tags >= 0, each.dtype)
        return tf.reduce_sum(counted * each) / tf.reduce_sum(counted)

    return model, loss, Adam(1e-2)
