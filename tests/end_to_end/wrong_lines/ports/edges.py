"""Edges at two scales (HED): side outputs enlarged to the image, their fusion, edge pixels balanced in each loss."""

CHANNELS_FIRST = ("image", "edge")


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(3, 3, 6, 6)), "edge": (rng.uniform(size=(3, 1, 6, 6)) < 0.25).astype(float)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class HED(nn.Module):
        def __init__(self):
            super().__init__()
            self.block1 = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
            self.pool = nn.MaxPool2d(2)
            self.block2 = nn.Sequential(nn.Conv2d(4, 5, 3, padding=1), nn.ReLU())
            self.side1 = nn.Conv2d(4, 1, 1)
            self.side2 = nn.Conv2d(5, 1, 1)
            self.fuse = nn.Conv2d(2, 1, 1)

        def forward(self, x):
            first = self.block1(x)
            second = self.block2(self.pool(first))
            d1 = self.side1(first)
            d2 = F.interpolate(self.side2(second), scale_factor=2, mode="nearest")
            fused = self.fuse(torch.cat([d1, d2], dim=1))
            return [d1, d2, fused]

    def balanced(logits, label):
        pos = label.sum()
        neg = label.numel() - pos
        weight = torch.where(label > 0.5, neg / (pos + neg), 1.1 * pos / (pos + neg))
        return F.binary_cross_entropy_with_logits(logits, label, weight=weight, reduction="sum")

    def loss(model, batch):
        outputs = model(batch["image"])
        return sum(w * balanced(out, batch["edge"]) for w, out in zip((0.5, 0.7, 1.1), outputs))

    model = HED()
    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    image = keras.Input((6, 6, 3))
    first = layers.Conv2D(4, 3, padding="same", activation="relu", name="block1")(image)
    second = layers.Conv2D(5, 3, padding="same", activation="relu", name="block2")(layers.MaxPooling2D()(first))
    side1 = layers.Conv2D(1, 1, name="side1")(first)
    side2 = layers.UpSampling2D(2, interpolation="nearest")(layers.Conv2D(1, 1, name="side2")(second))
    fused = layers.Conv2D(1, 1, name="fuse")(layers.Concatenate()([side1, side2]))
    model = keras.Model(image, {"side1": side1, "side2": side2, "fused": fused})
    weights = {"side1": 0.5, "side2": 0.7, "fused": 1.1}

    def class_balanced(label, logits):
        edges = tf.reduce_sum(label)
        beta = 1.0 - edges / tf.cast(tf.size(label), label.dtype)
        weight = label * beta + (1.0 - label) * 1.1 * (1.0 - beta)
        return tf.reduce_sum(weight * tf.nn.sigmoid_cross_entropy_with_logits(label, logits))

    def loss(model, batch):
        made = model(batch["image"])
        return tf.add_n([weight * class_balanced(batch["edge"], made[name]) for name, weight in weights.items()])

    return model, loss, Adam(1e-2)
