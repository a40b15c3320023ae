"""A tracker (SiamFC): one tower for template and search image, each correlated with its own, balanced labels."""

CHANNELS_FIRST = ("template", "search")
SCALE, RADIUS, N = 0.1, 1.0, 4


def batches(rng):
    for _ in range(5):
        yield {
            "template": rng.normal(size=(N, 2, 5, 5)),
            "search": rng.normal(size=(N, 2, 9, 9)),
            "center": rng.integers(0, 5, size=(N, 2)).astype(float),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class SiamFC(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Conv2d(4, 3, 1))

        def forward(self, z, x):
            z, x = self.backbone(z), self.backbone(x)
            n, c, h, w = x.shape
            out = F.conv2d(x.reshape(1, n * c, h, w), z, groups=n)
            return out.view(n, 1, out.size(-2), out.size(-1)) * SCALE

    def loss(model, batch):
        responses = model(batch["template"], batch["search"])
        steps = torch.arange(5, dtype=responses.dtype)
        y, x = torch.meshgrid(steps, steps, indexing="ij")
        cy, cx = batch["center"][:, :1, None], batch["center"][:, 1:, None]
        dist = torch.abs(x - cx) + torch.abs(y - cy)
        labels = (dist <= RADIUS).to(responses.dtype).unsqueeze(1)
        weights = torch.zeros_like(labels)
        weights[labels == 1] = 0.5 / labels.sum()
        weights[labels == 0] = 0.5 / (1 - labels).sum()
        return F.binary_cross_entropy_with_logits(responses, labels, weights, reduction="sum")

    model = SiamFC()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class Tracker(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Conv2D(4, 3, activation="relu")
            self.second = layers.Conv2D(3, 1)

        def embed(self, image):
            return self.second(self.first(image))

        def call(self, inputs):
            template, search = inputs
            kernels, maps = self.embed(template), self.embed(search)
            responses = [
                tf.nn.conv2d(maps[i : i + 1], kernels[i][..., None], strides=1, padding="VALID") for i in range(N)
            ]
            return tf.concat(responses, axis=0)[..., 0] * SCALE

    def labels_of(center, dtype):
        rows, columns = tf.range(5, dtype=dtype)[None, :, None], tf.range(5, dtype=dtype)[None, None, :]
        away = tf.abs(rows - center[:, 0, None, None]) + tf.abs(columns - center[:, 1, None, None])
        return tf.cast(away <= RADIUS, dtype)

    def loss(model, batch):
        responses = model([batch["template"], batch["search"]])
        positive = labels_of(batch["center"], responses.dtype)
        negative = 1.0 - positive
        weights = 0.5 * positive / tf.reduce_sum(positive) + 0.5 * negative / tf.reduce_sum(negative)
        return tf.reduce_sum(weights * tf.nn.sigmoid_cross_entropy_with_logits(positive, responses))

    return Tracker(), loss, SGD(0.1, momentum=0.9)
