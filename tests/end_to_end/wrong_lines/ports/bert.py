"""Pretraining (BERT): words that are masked and whether two sentences follow each other; post-norm, a tied decoder."""

import numpy as np

VOCAB, LENGTH, DIM, HEADS, INNER = 13, 8, 8, 2, 12
WEIGHTS = {"words.weight": "embeddings.word_embeddings.weight", "places": "embeddings.position_embeddings.weight"}
WEIGHTS |= {"kinds.weight": "embeddings.token_type_embeddings.weight", "output_bias": "cls.bias"}


def batches(rng):
    for _ in range(5):
        length, border = rng.integers(5, LENGTH + 1, size=(4, 1)), rng.integers(2, 4, size=(4, 1))
        mask = (np.arange(LENGTH) < length).astype(int)
        tokens = rng.integers(3, VOCAB, size=(4, LENGTH)) * mask
        hidden = (rng.uniform(size=(4, LENGTH)) < 0.3) & (mask == 1)
        hidden[:, 1] = True
        yield {
            "input_ids": np.where(hidden, 2, tokens),
            "token_type_ids": (np.arange(LENGTH) >= border).astype(int) * mask,
            "attention_mask": mask,
            "labels": np.where(hidden, tokens, -100),
            "next_sentence_label": rng.integers(0, 2, size=4),
        }


def torch_side():
    import math

    import torch
    from torch import nn

    class BertEmbeddings(nn.Module):
        def __init__(self):
            super().__init__()
            self.word_embeddings = nn.Embedding(VOCAB, DIM)
            self.position_embeddings = nn.Embedding(LENGTH, DIM)
            self.token_type_embeddings = nn.Embedding(2, DIM)
            self.LayerNorm = nn.LayerNorm(DIM, eps=1e-12)

        def forward(self, input_ids, token_type_ids):
            position_ids = torch.arange(input_ids.size(1)).unsqueeze(0)
            embeddings = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
            embeddings = embeddings + self.position_embeddings(position_ids)
            return self.LayerNorm(embeddings)

    class BertLayer(nn.Module):
        def __init__(self):
            super().__init__()
            self.query, self.key, self.value = nn.Linear(DIM, DIM), nn.Linear(DIM, DIM), nn.Linear(DIM, DIM)
            self.attention_output = nn.Linear(DIM, DIM)
            self.attention_norm = nn.LayerNorm(DIM, eps=1e-12)
            self.intermediate = nn.Linear(DIM, INNER)
            self.output = nn.Linear(INNER, DIM)
            self.output_norm = nn.LayerNorm(DIM, eps=1e-12)

        def transpose_for_scores(self, x):
            return x.view(*x.size()[:-1], HEADS, DIM // HEADS).permute(0, 2, 1, 3)

        def forward(self, hidden_states, attention_mask):
            query_layer = self.transpose_for_scores(self.query(hidden_states))
            key_layer = self.transpose_for_scores(self.key(hidden_states))
            value_layer = self.transpose_for_scores(self.value(hidden_states))
            attention_scores = torch.matmul(query_layer, key_layer.transpose(-1, -2))
            attention_scores = attention_scores / math.sqrt(DIM // HEADS) + attention_mask
            attention_probs = nn.functional.softmax(attention_scores, dim=-1)
            context_layer = torch.matmul(attention_probs, value_layer).permute(0, 2, 1, 3).contiguous()
            context_layer = context_layer.view(hidden_states.shape)
            attention_output = self.attention_norm(self.attention_output(context_layer) + hidden_states)
            intermediate_output = nn.functional.gelu(self.intermediate(attention_output))
            return self.output_norm(self.output(intermediate_output) + attention_output)

    class LMPredictionHead(nn.Module):
        def __init__(self, decoder_weight):
            super().__init__()
            self.dense = nn.Linear(DIM, DIM)
            self.LayerNorm = nn.LayerNorm(DIM, eps=1e-12)
            self.decoder_weight = decoder_weight
            self.bias = nn.Parameter(torch.zeros(VOCAB))

        def forward(self, hidden_states):
            hidden_states = self.LayerNorm(nn.functional.gelu(self.dense(hidden_states)))
            return nn.functional.linear(hidden_states, self.decoder_weight, self.bias)

    class BertForPreTraining(nn.Module):
        def __init__(self):
            super().__init__()
            self.embeddings = BertEmbeddings()
            self.layer = BertLayer()
            self.pooler = nn.Linear(DIM, DIM)
            self.cls = LMPredictionHead(self.embeddings.word_embeddings.weight)
            self.seq_relationship = nn.Linear(DIM, 2)

        def forward(self, input_ids, token_type_ids, attention_mask):
            embedding_output = self.embeddings(input_ids, token_type_ids)
            extended_attention_mask = attention_mask[:, None, None, :].to(embedding_output.dtype)
            extended_attention_mask = (1.0 - extended_attention_mask) * -10000.0
            sequence_output = self.layer(embedding_output, extended_attention_mask)
            pooled_output = torch.tanh(self.pooler(sequence_output[:, 0]))
            return self.cls(sequence_output), self.seq_relationship(pooled_output)

    loss_fct = nn.CrossEntropyLoss()

    def loss(model, batch):
        prediction_scores, seq_relationship_score = model(
            batch["input_ids"], batch["token_type_ids"], batch["attention_mask"]
        )
        masked_lm_loss = loss_fct(prediction_scores.view(-1, VOCAB), batch["labels"].view(-1))
        next_sentence_loss = loss_fct(seq_relationship_score.view(-1, 2), batch["next_sentence_label"].view(-1))
        return masked_lm_loss + next_sentence_loss

    model = BertForPreTraining()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.002, eps=1e-6, weight_decay=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    def norm():
        return layers.LayerNormalization(epsilon=1e-12)

    class Pretrainer(keras.Model):
        def __init__(self):
            super().__init__()
            self.words, self.kinds = layers.Embedding(VOCAB, DIM), layers.Embedding(2, DIM)
            normal = keras.initializers.RandomNormal(stddev=1.0)
            self.places = self.add_weight(shape=(LENGTH, DIM), initializer=normal, name="places")
            self.norm_0, self.norm_1, self.norm_2, self.norm_3 = norm(), norm(), norm(), norm()
            self.q, self.k, self.v, self.o = (layers.Dense(DIM) for _ in range(4))
            self.up, self.down = layers.Dense(INNER, activation="gelu"), layers.Dense(DIM)
            self.pool = layers.Dense(DIM, activation="tanh")
            self.transform = layers.Dense(DIM, activation=keras.activations.gelu)
            self.output_bias = self.add_weight(shape=(VOCAB,), initializer="zeros", name="output_bias")
            self.follows = layers.Dense(2)

        def attend(self, x, mask):
            # heads go into the batch, as before there was einsum
            fold = lambda h: tf.concat(tf.split(h, HEADS, axis=2), axis=0)
            q, k, v = fold(self.q(x)), fold(self.k(x)), fold(self.v(x))
            scores = tf.matmul(q, k, transpose_b=True) * (DIM // HEADS) ** -0.5
            adder = -10000.0 * (1.0 - tf.cast(mask, x.dtype))
            scores += tf.tile(adder[:, None, :], (HEADS, 1, 1))
            heads = tf.matmul(tf.nn.softmax(scores), v)
            return self.o(tf.concat(tf.split(heads, HEADS, axis=0), axis=2))

        def call(self, tokens, kinds, mask):
            x = self.norm_0(self.words(tokens) + self.kinds(kinds) + self.places[None, : tokens.shape[1]])
            x = self.norm_1(x + self.attend(x, mask))
            x = self.norm_2(x + self.down(self.up(x)))
            return x, self.follows(self.pool(x[:, 0, :]))

        def predict_words(self, chosen):
            h = self.norm_3(self.transform(chosen))
            return tf.matmul(h, self.words.embeddings, transpose_b=True) + self.output_bias

    def loss(model, batch):
        sequence, follows = model(batch["input_ids"], batch["token_type_ids"], batch["attention_mask"])
        where = tf.where(batch["labels"] >= 0)
        logits = model.predict_words(tf.gather_nd(sequence, where))
        truth = tf.one_hot(tf.gather_nd(batch["labels"], where), VOCAB, dtype=logits.dtype)
        of_words = -tf.reduce_mean(tf.reduce_sum(truth * tf.nn.log_softmax(logits), axis=-1))
        of_pairs = keras.losses.sparse_categorical_crossentropy(batch["next_sentence_label"], follows, from_logits=True)
        return of_words + tf.reduce_mean(of_pairs)

    return Pretrainer(), loss, AdamW(0.002, epsilon=1e-6, weight_decay=0.01)
