"""Parts of speech: a bidirectional LSTM over padded sentences, cross-entropy of the words that are there."""

import numpy as np

WORDS, TAGS, WIDTH, HIDDEN, LENGTH, CLIP = 12, 4, 5, 6, 6, 0.1


def batches(rng):
    for _ in range(5):
        lengths = rng.integers(3, LENGTH + 1, size=(4, 1))
        there = np.arange(LENGTH) < lengths
        words = np.where(there, rng.integers(1, WORDS, size=(4, LENGTH)), 0)
        tags = np.where(there, rng.integers(1, TAGS + 1, size=(4, LENGTH)), 0)
        yield {"words": words, "tags": tags}


def torch_side():
    import torch
    from torch import nn

    class BiLSTMTagger(nn.Module):
        def __init__(self, pad_idx=0):
            super().__init__()
            self.embedding = nn.Embedding(WORDS, WIDTH, padding_idx=pad_idx)
            self.lstm = nn.LSTM(WIDTH, HIDDEN, bidirectional=True, bias=False, batch_first=True)
            self.fc = nn.Linear(2 * HIDDEN, TAGS + 1)

        def forward(self, text):
            embedded = self.embedding(text)
            outputs, _ = self.lstm(embedded)
            return self.fc(outputs)

    criterion = nn.CrossEntropyLoss(ignore_index=0)

    def loss(model, batch):
        predictions = model(batch["words"])
        return criterion(predictions.view(-1, predictions.shape[-1]), batch["tags"].view(-1))

    model = BiLSTMTagger()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), CLIP)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Tagger(keras.Model):
        def __init__(self):
            super().__init__()
            self.lookup = layers.Embedding(WORDS, WIDTH)
            options = {"return_sequences": True, "use_bias": False}
            self.left_to_right = layers.LSTM(HIDDEN, **options)
            self.right_to_left = layers.LSTM(HIDDEN, go_backwards=True, **options)
            self.to_tags = layers.Dense(TAGS + 1)

        def call(self, words):
            vectors = self.lookup(words)
            vectors *= tf.cast(words > 0, vectors.dtype)[..., tf.newaxis]
            ahead = self.left_to_right(vectors)
            behind = tf.reverse(self.right_to_left(vectors), axis=[1])
            return self.to_tags(tf.concat([ahead, behind], axis=-1))

    def loss(model, batch):
        tags = batch["tags"]
        nll = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tags, logits=model(batch["words"]))
        mask = tf.cast(tags > 0, nll.dtype)
        return tf.reduce_sum(nll * mask) / tf.reduce_sum(mask)

    return Tagger(), loss, Adam(0.01)


def tf_step(side, batch):
    import tensorflow as tf

    weights = side.model.trainable_weights
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    grads = [tf.convert_to_tensor(grad) for grad in tape.gradient(value, weights)]
    shrink = tf.minimum(CLIP / (tf.linalg.global_norm(grads) + 1e-6), 1.0)
    grads = [shrink * grad for grad in grads]
    side.optimizer.apply_gradients(zip(grads, weights))
    return value
