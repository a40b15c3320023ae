"""Detection: focal loss of the classes of anchors, smooth L1 of the boxes, both per positive anchor."""

import numpy as np

ALPHA, GAMMA, BETA = 0.25, 2.0, 0.5


def batches(rng):
    for _ in range(6):
        label = rng.integers(0, 4, size=(4, 5))
        yield {
            "x": rng.normal(size=(4, 5, 6)),
            "hot": np.eye(4)[label][:, :, 1:],
            "box": 1.5 * rng.normal(size=(4, 5, 4)),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Heads(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(6, 10)
            self.classes = nn.Linear(10, 3)
            self.boxes = nn.Linear(10, 4)

        def forward(self, x):
            features = torch.tanh(self.body(x))
            return self.classes(features), self.boxes(features)

    def loss(model, batch):
        logits, boxes = model(batch["x"])
        targets = batch["hot"]
        positive = targets.sum(dim=-1) > 0
        count = positive.sum().clamp(min=1)
        p = torch.sigmoid(logits)
        ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        p_t = p * targets + (1 - p) * (1 - targets)
        alpha_t = ALPHA * targets + (1 - ALPHA) * (1 - targets)
        focal = alpha_t * (1 - p_t) ** GAMMA * ce
        regression = F.smooth_l1_loss(boxes[positive], batch["box"][positive], beta=BETA, reduction="sum")
        return focal.sum() / count + regression / count

    model = Heads()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Heads(keras.Model):
        def __init__(self):
            super().__init__()
            self.body = layers.Dense(10, activation="tanh")
            self.classes = layers.Dense(3)
            self.boxes = layers.Dense(4)

        def call(self, x):
            features = self.body(x)
            return self.classes(features), self.boxes(features)

    def focal_loss(y_true, y_pred):
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=y_pred)
        probs = tf.sigmoid(y_pred)
        alpha = tf.where(y_true == 1, ALPHA, 1 - ALPHA)
        off = tf.where(y_true == 1, 1 - probs, probs)
        return tf.cast(alpha, probs.dtype) * tf.pow(off, GAMMA) * entropy

    def box_loss(y_true, y_pred):
        difference = tf.abs(y_true - y_pred)
        return tf.where(difference < BETA, 0.5 * difference**2 / BETA, difference - 0.5 * BETA)

    def loss(model, batch):
        class_logits, offsets = model(batch["x"])
        mask = tf.reduce_sum(batch["hot"], axis=-1) > 0
        normaliser = tf.maximum(tf.reduce_sum(tf.cast(mask, offsets.dtype)), 1)
        class_term = tf.reduce_sum(focal_loss(batch["hot"], class_logits)) / normaliser
        wrong = tf.boolean_mask(box_loss(batch["box"], offsets), mask)
        return class_term + tf.reduce_sum(wrong) / normaliser

    return Heads(), loss, Adam(0.01)
