"""Batch normalisation and a residual connection: batch statistics in training, running statistics as buffers."""

import numpy as np

STEPS_PER_EPOCH = 4
CHANNELS_FIRST = ("x",)


def batches(rng):
    x = rng.normal(size=(64, 3, 6, 6)) * rng.uniform(0.5, 2, size=(64, 1, 1, 1))
    y = (x.std(axis=(1, 2, 3)) > 1.2).astype(np.int64)
    for _ in range(3):
        for rows in rng.permutation(64).reshape(STEPS_PER_EPOCH, 16):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class ResidualNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(8)
            self.conv2 = nn.Conv2d(8, 8, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(8)
            self.head = nn.Linear(8, 2)

        def forward(self, x):
            x = F.relu(self.bn1(self.conv1(x)))
            x = F.relu(x + self.bn2(self.conv2(x)))
            return self.head(x.mean(dim=(2, 3)))

    def loss(model, batch):
        return F.cross_entropy(model(batch["x"]), batch["y"])

    model = ResidualNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class BatchNorm(layers.BatchNormalization):
        """PyTorch's: momentum weighs the new batch with 0.1, and the running variance is the unbiased one."""

        def __init__(self):
            super().__init__(momentum=0.9, epsilon=1e-5)

        def call(self, inputs, training=None):
            kept = self.momentum * self.moving_variance
            outputs = super().call(inputs, training=training)
            if training:
                count = tf.cast(tf.size(inputs) / inputs.shape[-1], kept.dtype)
                self.moving_variance.assign(kept + (self.moving_variance - kept) * count / (count - 1))
            return outputs

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2D(8, 3, padding="same", use_bias=False)
            self.bn1 = BatchNorm()
            self.conv2 = layers.Conv2D(8, 3, padding="same", use_bias=False)
            self.bn2 = BatchNorm()
            self.head = layers.Dense(2)

        def call(self, x, training=False):
            x = tf.nn.relu(self.bn1(self.conv1(x), training=training))
            x = tf.nn.relu(x + self.bn2(self.conv2(x), training=training))
            return self.head(tf.reduce_mean(x, axis=(1, 2)))

    def loss(model, batch):
        logits = model(batch["x"], training=True)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["y"], logits))

    network = Network()
    return network, loss, Adam(0.01)
