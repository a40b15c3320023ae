"""Late interaction (ColBERT): each word of a query looks for its best word in a passage;
a teacher's scores, and the batch's other passages.
"""

import numpy as np

VOCAB, QUERY, DOC, WIDTH, DIM, WAYS, BATCH = 20, 4, 7, 8, 6, 3, 4


def batches(rng):
    for _ in range(5):
        doc = rng.integers(3, VOCAB, size=(BATCH * WAYS, DOC))
        length = rng.integers(3, DOC + 1, size=(BATCH * WAYS, 1))
        yield {
            "query": rng.integers(1, VOCAB, size=(BATCH, QUERY)),
            "doc": np.where(np.arange(DOC) < length, doc, 0),
            "target_scores": 2 * rng.normal(size=(BATCH, WAYS)),
        }


def torch_side():
    import torch
    from torch import nn

    class ColBERT(nn.Module):
        def __init__(self):
            super().__init__()
            self.embeddings = nn.Embedding(VOCAB, WIDTH)
            self.encoder = nn.Linear(WIDTH, WIDTH)
            self.LayerNorm = nn.LayerNorm(WIDTH)
            self.linear = nn.Linear(WIDTH, DIM, bias=False)

        def bert(self, ids):
            embedded = self.embeddings(ids)
            return self.LayerNorm(embedded + torch.tanh(self.encoder(embedded)))

        def query(self, input_ids):
            Q = self.linear(self.bert(input_ids))
            return nn.functional.normalize(Q, p=2, dim=2)

        def doc(self, input_ids):
            D = self.linear(self.bert(input_ids))
            mask = (input_ids != 0).unsqueeze(2)
            D = D * mask.to(D.dtype)
            return nn.functional.normalize(D, p=2, dim=2), mask

        def score(self, Q, D_padded, D_mask):
            scores = D_padded @ Q.permute(0, 2, 1)
            scores = scores.masked_fill(~D_mask, -9999.0)
            return scores.max(1).values.sum(-1)

        def compute_ib_loss(self, Q, D, D_mask):
            scores = D.unsqueeze(0) @ Q.permute(0, 2, 1).unsqueeze(1)
            scores = scores.masked_fill(~D_mask.unsqueeze(0), -9999.0)
            scores = scores.max(2).values.sum(-1)
            nway = WAYS
            all_except_self_negatives = []
            for qidx in range(Q.size(0)):
                pos_docid = qidx * nway
                keep = [i for i in range(D.size(0)) if not pos_docid < i < pos_docid + nway]
                all_except_self_negatives.append(scores[qidx, keep])
            scores = torch.stack(all_except_self_negatives)
            labels = torch.arange(0, Q.size(0)) * nway
            return nn.functional.cross_entropy(scores, labels)

        def forward(self, query, doc):
            Q = self.query(query)
            D, D_mask = self.doc(doc)
            Q_duplicated = Q.repeat_interleave(WAYS, dim=0).contiguous()
            return self.score(Q_duplicated, D, D_mask), self.compute_ib_loss(Q, D, D_mask)

    def loss(model, batch):
        scores, ib_loss = model(batch["query"], batch["doc"])
        log_scores = nn.functional.log_softmax(scores.view(-1, WAYS), dim=-1)
        target_scores = nn.functional.log_softmax(batch["target_scores"], dim=-1)
        distill = nn.KLDivLoss(reduction="batchmean", log_target=True)(log_scores, target_scores)
        return distill + ib_loss

    model = ColBERT()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.0)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def make_encoder():
        ids = keras.Input((None,), dtype="int64")
        x = layers.Embedding(VOCAB, WIDTH)(ids)
        x = layers.Add()([x, layers.Dense(WIDTH, activation="tanh")(x)])
        x = layers.LayerNormalization(epsilon=1e-5)(x)
        x = layers.Dense(DIM, use_bias=False)(x)
        return keras.Model(ids, layers.UnitNormalization(axis=-1)(x))

    def late_interaction(q, d, real):
        # (query, its words), (passage, its words) -> (query, passage)
        similarity = tf.einsum("qid,pjd->qpij", q, d)
        similarity = tf.where(real[None, :, None, :], similarity, tf.constant(-9999.0, similarity.dtype))
        return tf.reduce_sum(tf.reduce_max(similarity, axis=3), axis=2)

    owner = np.repeat(np.arange(BATCH), WAYS)
    own = owner[None, :] == np.arange(BATCH)[:, None]
    hard_negative = own & (np.arange(BATCH * WAYS) % WAYS != 0)[None, :]

    def loss(encoder, batch):
        q, d = encoder(batch["query"]), encoder(batch["doc"])
        scores = late_interaction(q, d, batch["doc"] > 0)
        of_own = tf.reshape(tf.boolean_mask(scores, own), (BATCH, WAYS))
        teacher = tf.nn.softmax(batch["target_scores"], axis=-1)
        difference = tf.nn.log_softmax(batch["target_scores"], axis=-1) - tf.nn.log_softmax(of_own, axis=-1)
        distillation = tf.reduce_mean(tf.reduce_sum(teacher * difference, axis=-1))
        candidates = tf.where(hard_negative, tf.constant(-1e30, scores.dtype), scores)
        positive = tf.linalg.diag_part(scores[:, ::WAYS])
        in_batch = tf.reduce_mean(tf.reduce_logsumexp(candidates, axis=1) - positive)
        return distillation + in_batch

    return make_encoder(), loss, Adam(0.01)
