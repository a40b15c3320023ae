"""Names in sentences (huggingface/transformers' token classification): one encoder layer, pieces without label,
a rate that rises and falls.
"""

import numpy as np

VOCABULARY, LENGTH, DIM, HEADS, LABELS, IGNORED, PEAK, WARMUP, TOTAL = 13, 6, 8, 2, 5, -100, 5e-3, 3, 9


def batches(rng):
    for _ in range(8):
        there = np.arange(LENGTH) < rng.integers(4, LENGTH + 1, size=(4, 1))
        first_piece = there & (rng.uniform(size=there.shape) < 0.75)
        first_piece[:, 0] = True
        labels = np.where(first_piece, rng.integers(0, LABELS, size=there.shape), IGNORED)
        ids = np.where(there, rng.integers(1, VOCABULARY, size=there.shape), 0)
        yield {"ids": ids, "attention_mask": there.astype("int64"), "labels": labels}


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    class TokenClassifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.word_embeddings = nn.Embedding(VOCABULARY, DIM)
            self.position_embeddings = nn.Embedding(LENGTH, DIM)
            options = {"dim_feedforward": 12, "dropout": 0.0, "activation": "gelu", "layer_norm_eps": 1e-12}
            self.encoder = nn.TransformerEncoderLayer(DIM, HEADS, batch_first=True, norm_first=False, **options)
            self.classifier = nn.Linear(DIM, LABELS)

        def forward(self, input_ids, attention_mask):
            position_ids = torch.arange(input_ids.size(1)).unsqueeze(0)
            embeddings = self.word_embeddings(input_ids) + self.position_embeddings(position_ids)
            sequence_output = self.encoder(embeddings, src_key_padding_mask=attention_mask == 0)
            return self.classifier(sequence_output)

    loss_fct = nn.CrossEntropyLoss()

    def loss(model, batch):
        logits = model(batch["ids"], batch["attention_mask"])
        return loss_fct(logits.view(-1, LABELS), batch["labels"].view(-1))

    def lr_lambda(current_step):
        if current_step < WARMUP:
            return float(current_step + 1) / float(WARMUP + 1)
        return max(0.0, float(TOTAL - current_step) / float(TOTAL - WARMUP))

    model = TokenClassifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK, weight_decay=0.01)
    return Side(model, loss, optimizer, schedule=torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda))


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class Encoder(layers.Layer):
        def __init__(self):
            super().__init__()
            self.query, self.key, self.value = layers.Dense(DIM), layers.Dense(DIM), layers.Dense(DIM)
            self.output_dense = layers.Dense(DIM)
            self.attention_norm = layers.LayerNormalization(epsilon=1e-12)
            self.intermediate = layers.Dense(12, activation="gelu")
            self.shrink = layers.Dense(DIM)
            self.output_norm = layers.LayerNormalization(epsilon=1e-12)

        def split(self, x):
            return tf.transpose(tf.reshape(x, (tf.shape(x)[0], -1, HEADS, DIM // HEADS)), perm=[0, 2, 1, 3])

        def call(self, hidden, extended_mask):
            query, key = self.split(self.query(hidden)), self.split(self.key(hidden))
            value = self.split(self.value(hidden))
            scores = tf.matmul(query, key, transpose_b=True) / (DIM // HEADS) ** 0.5
            probs = tf.nn.softmax(scores + extended_mask, axis=-1)
            context = tf.transpose(tf.matmul(probs, value), perm=[0, 2, 1, 3])
            context = self.output_dense(tf.reshape(context, tf.shape(hidden)))
            hidden = self.attention_norm(hidden + context)
            return self.output_norm(hidden + self.shrink(self.intermediate(hidden)))

    class TokenClassification(keras.Model):
        def __init__(self):
            super().__init__()
            self.words, self.positions = layers.Embedding(VOCABULARY, DIM), layers.Embedding(LENGTH, DIM)
            self.encoder, self.classifier = Encoder(), layers.Dense(LABELS)

        def call(self, ids, mask):
            embedded = self.words(ids) + self.positions(tf.range(LENGTH))[tf.newaxis]
            extended = (1.0 - tf.cast(mask, embedded.dtype))[:, tf.newaxis, tf.newaxis, :] * -1e9
            return self.classifier(self.encoder(embedded, extended))

    class WarmupLinear(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            step = tf.cast(step, tf.float64)
            rising = (step + 1.0) / (WARMUP + 1.0)
            falling = tf.maximum(0.0, (TOTAL - step) / (TOTAL - WARMUP))
            return PEAK * tf.where(step < WARMUP, rising, falling)

    def loss(model, batch):
        logits = model(batch["ids"], batch["attention_mask"])
        active = batch["labels"] != IGNORED
        nll = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.nn.relu(batch["labels"]), logits)
        return tf.reduce_mean(tf.boolean_mask(nll, active))

    return TokenClassification(), loss, AdamW(WarmupLinear(), weight_decay=0.01)
