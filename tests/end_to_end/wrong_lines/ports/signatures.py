"""Signatures compared in pairs: one tower for both, contrastive loss with a margin."""

CHANNELS_FIRST = ("first", "second")
SIZE, MARGIN = 6, 1.0


def batches(rng):
    for _ in range(6):
        first = rng.normal(size=(6, 1, SIZE, SIZE))
        forged = rng.integers(0, 2, size=6)
        second = first + rng.normal(size=first.shape) * (0.2 + forged[:, None, None, None])
        yield {"first": first, "second": second, "forged": forged.astype(float)}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class SiameseNetwork(nn.Module):
        def __init__(self):
            super().__init__()
            self.cnn1 = nn.Sequential(
                nn.ReflectionPad2d(1),
                nn.Conv2d(1, 4, kernel_size=3),
                nn.ReLU(inplace=True),
                nn.AvgPool2d(2),
            )
            self.fc1 = nn.Sequential(nn.Linear(4 * 3 * 3, 10), nn.PReLU(), nn.Linear(10, 4))

        def forward_once(self, x):
            output = self.cnn1(x)
            output = output.view(output.size()[0], -1)
            return F.normalize(self.fc1(output), p=2, dim=1)

        def forward(self, input1, input2):
            return self.forward_once(input1), self.forward_once(input2)

    class ContrastiveLoss(nn.Module):
        def __init__(self, margin):
            super().__init__()
            self.margin = margin

        def forward(self, output1, output2, label):
            euclidean_distance = F.pairwise_distance(output1, output2)
            pos = (1 - label) * torch.pow(euclidean_distance, 2)
            neg = label * torch.pow(torch.clamp(self.margin - euclidean_distance, min=0.0), 2)
            return torch.mean(pos + neg)

    criterion = ContrastiveLoss(MARGIN)

    def loss(model, batch):
        output1, output2 = model(batch["first"], batch["second"])
        return criterion(output1, output2, batch["forged"])

    model = SiameseNetwork()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Tower(layers.Layer):
        def __init__(self):
            super().__init__()
            self.conv = layers.Conv2D(4, 3, activation="relu")
            self.pool = layers.AveragePooling2D(2)
            self.hidden, self.out = layers.Dense(10), layers.Dense(4)

        def build(self, shape):
            self.alpha = self.add_weight(shape=(1,), initializer=keras.initializers.Constant(0.25), name="alpha")

        def call(self, image):
            x = tf.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
            x = self.pool(self.conv(x))
            x = tf.transpose(x, [0, 3, 1, 2])
            x = self.hidden(tf.reshape(x, [-1, 4 * 3 * 3]))
            x = tf.maximum(x, 0.0) + self.alpha * tf.minimum(x, 0.0)
            return tf.math.l2_normalize(self.out(x), axis=1)

    class Pairs(keras.Model):
        def __init__(self):
            super().__init__()
            self.tower = Tower()

        def call(self, pair):
            left, right = (self.tower(image) for image in pair)
            return tf.sqrt(tf.reduce_sum(tf.square(left - right + 1e-6), axis=1))

    def contrastive(forged, distance):
        near = tf.square(distance)
        far = tf.square(tf.maximum(MARGIN - distance, 0.0))
        return tf.reduce_mean((1.0 - forged) * near + forged * far)

    def loss(model, batch):
        return contrastive(batch["forged"], model([batch["first"], batch["second"]]))

    return Pairs(), loss, Adam(5e-3)
