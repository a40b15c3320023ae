"""Kernels that each place makes for itself (involution): groups of channels share one, patches are weighed by it."""

GROUPS, KERNEL, CHANNELS, REDUCTION, CLASSES = 2, 3, 6, 3, 3
CHANNELS_FIRST = ("image",)
WEIGHTS = {"pointwise.weight": "6.weight.reshape(4, 6)", "pointwise.bias": "6.bias"}


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(5, 3, 6, 6)), "label": rng.integers(0, CLASSES, size=5)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Involution(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.group_channels = channels // GROUPS
            self.reduce = nn.Conv2d(channels, channels // REDUCTION, 1, bias=False)
            self.bn = nn.BatchNorm2d(channels // REDUCTION)
            self.span = nn.Conv2d(channels // REDUCTION, KERNEL**2 * GROUPS, 1)
            self.unfold = nn.Unfold(KERNEL, dilation=1, padding=(KERNEL - 1) // 2)

        def forward(self, x):
            weight = self.span(F.relu(self.bn(self.reduce(x))))
            b, _, h, w = weight.shape
            weight = weight.view(b, GROUPS, KERNEL**2, h, w).unsqueeze(2)
            out = self.unfold(x).view(b, GROUPS, self.group_channels, KERNEL**2, h, w)
            out = (weight * out).sum(dim=3)
            return out.view(b, x.shape[1], h, w)

    model = nn.Sequential(
        nn.Conv2d(3, CHANNELS, 3, padding=1),
        nn.ReLU(),
        Involution(CHANNELS),
        nn.ReLU(),
        nn.AvgPool2d(3, stride=2, padding=1),
        nn.Flatten(2),
        nn.Conv1d(CHANNELS, 4, 1),
        nn.ReLU(),
        nn.AdaptiveMaxPool1d(1),
        nn.Flatten(),
        nn.Linear(4, CLASSES),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    return model, lambda model, batch: F.cross_entropy(model(batch["image"]), batch["label"]), optimizer


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d
    from tf_impl.optimizers import SGD

    class Involution(layers.Layer):
        def build(self, shape):
            self.channel = shape[-1]
            self.generator = [
                layers.Conv2D(self.channel // REDUCTION, 1, use_bias=False),
                BatchNorm2d(),
                layers.ReLU(),
                layers.Conv2D(KERNEL * KERNEL * GROUPS, 1),
            ]

        def call(self, x, training=False):
            _, height, width, _ = x.shape
            kernel = x
            for layer in self.generator:
                kernel = layer(kernel, training=training) if isinstance(layer, BatchNorm2d) else layer(kernel)
            kernel = tf.reshape(kernel, (-1, height, width, GROUPS, KERNEL * KERNEL))
            window = [1, KERNEL, KERNEL, 1]
            patches = tf.image.extract_patches(x, window, strides=[1] * 4, rates=[1] * 4, padding="SAME")
            patches = tf.reshape(patches, (-1, height, width, KERNEL * KERNEL, GROUPS, self.channel // GROUPS))
            output = tf.einsum("bhwgk,bhwkgc->bhwgc", kernel, patches)
            return tf.reshape(output, (-1, height, width, self.channel))

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.stem = layers.Conv2D(CHANNELS, 3, padding="same", activation="relu")
            self.involution = Involution()
            self.pool = layers.AveragePooling2D(3, strides=2)
            self.pointwise = layers.Dense(4, activation="relu")
            self.head = layers.Dense(CLASSES)

        def call(self, image, training=False):
            x = tf.nn.relu(self.involution(self.stem(image), training=training))
            x = self.pool(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]))
            x = self.pointwise(tf.reshape(x, (-1, x.shape[1] * x.shape[2], CHANNELS)))
            return self.head(tf.reduce_max(x, axis=1))

    def loss(model, batch, training):
        logits = model(batch["image"], training=training)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["label"], logits=logits))

    return Classifier(), loss, SGD(0.05, momentum=0.9, nesterov=True)
