"""Segmentation: soft dice and weighted cross-entropy of four classes on 4x4 crops, channels first and last."""

import numpy as np

WEIGHTS_OF_CLASSES = (0.5, 1.0, 2.0, 4.0)
CHANNELS_FIRST = ("image",)


def batches(rng):
    for _ in range(6):
        image = rng.normal(size=(5, 2, 4, 4))
        yield {"image": image, "mask": np.clip(np.round(image.sum(axis=1) + 1.5), 0, 3).astype(int)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    weight = torch.tensor(WEIGHTS_OF_CLASSES)

    def dice_loss(probs, target):
        hot = F.one_hot(target, 4).permute(0, 3, 1, 2).to(probs)
        overlap = (probs * hot).sum(dim=(2, 3))
        total = (probs + hot).sum(dim=(2, 3))
        return 1 - ((2 * overlap + 1) / (total + 1)).mean()

    def loss(model, batch):
        logits = model(batch["image"])
        cross_entropy = F.cross_entropy(logits, batch["mask"], weight=weight)
        return cross_entropy + dice_loss(F.softmax(logits, dim=1), batch["mask"])

    model = nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 4, 1))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def soft_dice(y_true, y_pred):
        truth = tf.one_hot(y_true, 4, axis=-1, dtype=y_pred.dtype)
        intersection = tf.reduce_sum(truth * y_pred, axis=(1, 2))
        cardinality = tf.reduce_sum(truth + y_pred, axis=(1, 2))
        return 1 - tf.reduce_mean((2 * intersection + 1) / (cardinality + 1))

    def loss(model, batch):
        scores = model(batch["image"])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["mask"], logits=scores)
        importance = tf.gather(tf.constant(WEIGHTS_OF_CLASSES, losses.dtype), batch["mask"])
        entropy = tf.reduce_sum(importance * losses) / tf.reduce_sum(importance)
        probabilities = tf.nn.softmax(scores, axis=-1)
        return entropy + soft_dice(batch["mask"], probabilities)

    inputs = [keras.Input((4, 4, 2)), layers.Conv2D(6, 3, padding="same", activation="relu"), layers.Conv2D(4, 1)]
    return keras.Sequential(inputs), loss, Adam(0.01)
