"""Documents read by words, then by sentences (hierarchical attention): GRUs both ways, masked attention twice."""

import numpy as np

VOCAB, EMBED, HIDDEN, ATTEND, CLASSES, SENTENCES, WORDS, CLIP = 12, 5, 4, 6, 3, 3, 5, 0.02


def batches(rng):
    for _ in range(5):
        words = rng.integers(1, VOCAB, size=(4, SENTENCES, WORDS))
        length = rng.integers(1, WORDS + 1, size=(4, SENTENCES, 1))
        sentences = rng.integers(1, SENTENCES + 1, size=(4, 1, 1))
        kept = (np.arange(WORDS) < length) & (np.arange(SENTENCES)[:, None] < sentences)
        yield {"documents": np.where(kept, words, 0), "topics": rng.integers(0, CLASSES, size=4)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class AttentionWithContext(nn.Module):
        def __init__(self, hidden_size):
            super().__init__()
            self.attn = nn.Linear(hidden_size, ATTEND)
            self.contx = nn.Linear(ATTEND, 1, bias=False)

        def forward(self, inp, mask):
            u = torch.tanh(self.attn(inp))
            a = self.contx(u).squeeze(2)
            a = a.masked_fill(~mask, -1e9)
            a = F.softmax(a, dim=1)
            return (a.unsqueeze(2) * inp).sum(1)

    class WordAttNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.lookup = nn.Embedding(VOCAB, EMBED)
            self.gru = nn.GRU(EMBED, HIDDEN, bidirectional=True, batch_first=True)
            self.att = AttentionWithContext(2 * HIDDEN)

        def forward(self, sentence):
            f_output, _ = self.gru(self.lookup(sentence))
            return self.att(f_output, sentence > 0)

    class HierAttNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.word_att_net = WordAttNet()
            self.sent_gru = nn.GRU(2 * HIDDEN, HIDDEN, bidirectional=True, batch_first=True)
            self.sent_att = AttentionWithContext(2 * HIDDEN)
            self.fc = nn.Linear(2 * HIDDEN, CLASSES)

        def forward(self, documents):
            output_list = [self.word_att_net(sentence) for sentence in documents.unbind(1)]
            output = torch.stack(output_list, dim=1)
            f_output, _ = self.sent_gru(output)
            present = (documents > 0).any(dim=2)
            return F.log_softmax(self.fc(self.sent_att(f_output, present)), dim=1)

    def loss(model, batch):
        return F.nll_loss(model(batch["documents"]), batch["topics"])

    model = HierAttNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def torch_step(side, batch):
    from torch.nn.utils import clip_grad_value_

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    clip_grad_value_(side.model.parameters(), CLIP)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Pooled(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.project = layers.Dense(ATTEND, activation="tanh")
            self.relevance = layers.Dense(1, use_bias=False)

        def call(self, states, present):
            scores = self.relevance(self.project(states))
            scores = tf.where(present[..., tf.newaxis], scores, tf.constant(-1e9, scores.dtype))
            return tf.reduce_sum(tf.nn.softmax(scores, axis=1) * states, axis=1)

    def both_ways():
        return layers.Bidirectional(layers.GRU(HIDDEN, return_sequences=True))

    class Reader(keras.Model):
        def __init__(self):
            super().__init__()
            self.vectors = layers.Embedding(VOCAB, EMBED)
            self.words, self.word_pool = both_ways(), Pooled()
            self.sentences, self.sentence_pool = both_ways(), Pooled()
            self.classify = layers.Dense(CLASSES)

        def call(self, documents):
            flat = tf.reshape(documents, [-1, WORDS])
            lines = self.word_pool(self.words(self.vectors(flat)), flat > 0)
            lines = tf.reshape(lines, [-1, SENTENCES, 2 * HIDDEN])
            written = tf.reduce_any(documents > 0, axis=-1)
            return self.classify(self.sentence_pool(self.sentences(lines), written))

    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch):
        return crossentropy(batch["topics"], model(batch["documents"]))

    return Reader(), loss, Adam(learning_rate=0.01)


def tf_step(side, batch):
    import tensorflow as tf

    reader = side.model
    with tf.GradientTape() as tape:
        value = side.loss(reader, batch)
    grads = tape.gradient(value, reader.trainable_variables)
    grads = [tf.clip_by_value(tf.convert_to_tensor(g), -CLIP, CLIP) for g in grads]
    side.optimizer.apply_gradients(zip(grads, reader.trainable_variables))
    return value
