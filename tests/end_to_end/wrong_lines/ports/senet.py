"""Channels weighed by what an image holds (SE): group normalisation written out, squeeze, a hard sigmoid."""

CHANNELS_FIRST = ("image",)
GROUPS = 2


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(5, 2, 5, 5)), "label": rng.integers(0, 3, size=5)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class SELayer(nn.Module):
        def __init__(self, channel):
            super().__init__()
            self.avg_pool = nn.AdaptiveAvgPool2d(1)
            self.fc1 = nn.Linear(channel, 3)
            self.fc2 = nn.Linear(3, channel)

        def forward(self, x):
            b, c, _, _ = x.size()
            y = self.avg_pool(x).view(b, c)
            y = F.hardsigmoid(self.fc2(F.relu(self.fc1(y))))
            return x * y.view(b, c, 1, 1)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(2, 6, 3, padding=1, bias=False)
            self.norm1 = nn.GroupNorm(GROUPS, 6)
            self.se = SELayer(6)
            self.conv2 = nn.Conv2d(6, 4, 3)
            self.fc = nn.Linear(4, 3)

        def forward(self, x):
            x = F.silu(self.norm1(self.conv1(x)))
            x = self.se(x)
            x = F.silu(self.conv2(x))
            return self.fc(x.mean(dim=(2, 3)))

    def loss(model, batch):
        return F.cross_entropy(model(batch["image"]), batch["label"], label_smoothing=0.1)

    model = Net()
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=5e-3, alpha=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RMSprop

    class GroupNorm(layers.Layer):
        def build(self, shape):
            self.gamma = self.add_weight(shape=(shape[-1],), initializer="ones", name="gamma")
            self.beta = self.add_weight(shape=(shape[-1],), initializer="zeros", name="beta")

        def call(self, x):
            height, width, channels = x.shape[1:]
            grouped = tf.reshape(x, [-1, height, width, GROUPS, channels // GROUPS])
            mean, variance = tf.nn.moments(grouped, axes=[1, 2, 4], keepdims=True)
            normal = (grouped - mean) / tf.sqrt(variance + 1e-5)
            return tf.reshape(normal, tf.shape(x)) * self.gamma + self.beta

    def hard_sigmoid(x):
        return tf.nn.relu6(x + 3.0) / 6.0

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv = layers.Conv2D(6, 3, padding="same", use_bias=False)
            self.norm = GroupNorm()
            self.squeeze = layers.Dense(3, activation="relu")
            self.excite = layers.Dense(6)
            self.last = layers.Conv2D(4, 3, activation="silu")
            self.head = layers.Dense(3)

        def call(self, image):
            maps = tf.nn.silu(self.norm(self.conv(image)))
            squeezed = tf.reduce_mean(maps, axis=[1, 2])
            gates = hard_sigmoid(self.excite(self.squeeze(squeezed)))
            maps = self.last(maps * gates[:, None, None, :])
            return self.head(tf.reduce_mean(maps, axis=[1, 2]))

    smoothed = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)

    def loss(model, batch):
        return smoothed(tf.one_hot(batch["label"], 3), model(batch["image"]))

    return Net(), loss, RMSprop(5e-3, alpha=0.9)
