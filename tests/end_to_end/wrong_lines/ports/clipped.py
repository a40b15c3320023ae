"""A step as large trainings take it: two micro-batches, one norm for all, a warm-up, decay for matrices alone."""

import numpy as np

WARMUP, RATE, MAX_NORM = 4, 2e-2, 0.5


def batches(rng):
    for step in range(6):
        yield {
            "step": np.full(2, step),
            "tokens": rng.integers(0, 9, size=(2, 4, 3)),
            "label": rng.integers(0, 3, size=(2, 4)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(9, 4)
            self.norm = nn.LayerNorm(4)
            self.fc1 = nn.Linear(4, 6)
            self.fc2 = nn.Linear(6, 3)

        def forward(self, tokens):
            x = self.norm(self.embed(tokens).mean(1))
            return self.fc2(torch.tanh(self.fc1(x)))

    def loss(model, batch):
        return F.cross_entropy(model(batch["tokens"][0]), batch["label"][0])

    model = Classifier()
    decay = [p for p in model.parameters() if p.ndim > 1]
    no_decay = [p for p in model.parameters() if p.ndim <= 1]
    optimizers = {
        "decay": torch.optim.AdamW(decay, lr=RATE, weight_decay=0.1),
        "rest": torch.optim.AdamW(no_decay, lr=RATE, weight_decay=0.0),
    }
    return model, loss, optimizers


def torch_step(side, batch):
    import torch
    import torch.nn.functional as F

    model, total = side.model, 0.0
    model.zero_grad()
    for tokens, label in zip(batch["tokens"], batch["label"]):
        loss = F.cross_entropy(model(tokens), label) / len(batch["tokens"])
        loss.backward()
        total += loss.detach()
    torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
    lr = RATE * min(1.0, (int(batch["step"][0]) + 1) / WARMUP)
    for optimizer in side.optimizer.values():
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.step()
    return total


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.table = layers.Embedding(9, 4)
            self.norm = layers.LayerNormalization(epsilon=1e-5)
            self.hidden = layers.Dense(6, activation="tanh")
            self.logits = layers.Dense(3)

        def call(self, tokens):
            return self.logits(self.hidden(self.norm(tf.reduce_mean(self.table(tokens), axis=1))))

    def loss(model, batch):
        logits = model(batch["tokens"][0])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"][0], logits))

    return Classifier(), loss, {"decay": AdamW(RATE, weight_decay=0.1), "rest": AdamW(RATE, weight_decay=0.0)}


def tf_step(side, batch):
    import tensorflow as tf

    from tf_impl.gradients import clip_by_global_norm

    variables = side.model.trainable_variables
    micro = batch["tokens"].shape[0]
    sums = [tf.zeros_like(variable) for variable in variables]
    total = 0.0
    for i in range(micro):
        with tf.GradientTape() as tape:
            logits = side.model(batch["tokens"][i])
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"][i], logits))
        found = tape.gradient(loss, variables)
        sums = [old + tf.convert_to_tensor(new) for old, new in zip(sums, found)]
        total += loss / micro
    gradients = [each / micro for each in sums]
    gradients, _ = clip_by_global_norm(gradients, MAX_NORM)
    rate = RATE * min(1.0, (int(batch["step"][0]) + 1) / WARMUP)
    matrices = [(g, v) for g, v in zip(gradients, variables) if len(v.shape) > 1]
    vectors = [(g, v) for g, v in zip(gradients, variables) if len(v.shape) <= 1]
    for name, pairs in {"decay": matrices, "rest": vectors}.items():
        side.optimizer[name].learning_rate.assign(rate)
        side.optimizer[name].apply_gradients(pairs)
    return total
