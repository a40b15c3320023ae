"""Pixels one after the other (PixelCNN, jzbontar/pixelcnn-pytorch): masked kernels, gates, an entropy per pixel."""

import numpy as np

CHANNELS_FIRST = ("x",)
SIZE, LEVELS, WIDTH = 5, 4, 4
WEIGHTS = {
    f"{ours}.kernel": f"{theirs}.weight.permute(2, 3, 1, 0)"
    for ours, theirs in (("first", "conv_a"), ("second", "conv_b"))
}
WEIGHTS |= {"first.bias": "conv_a.bias", "second.bias": "conv_b.bias"}


def batches(rng):
    for _ in range(5):
        levels = rng.integers(0, LEVELS, size=(4, 1, SIZE, SIZE))
        yield {"x": levels / (LEVELS - 1) - 0.5, "target": levels[:, 0].astype(np.int64)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class MaskedConv2d(nn.Conv2d):
        def __init__(self, mask_type, *args, **kwargs):
            super().__init__(*args, **kwargs)
            mask = torch.ones(1, 1, *self.kernel_size)
            kH, kW = self.kernel_size
            mask[:, :, kH // 2, kW // 2 + (mask_type == "B") :] = 0
            mask[:, :, kH // 2 + 1 :] = 0
            self.register_buffer("mask", mask, persistent=False)

        def forward(self, x):
            weight = self.weight * self.mask
            return F.conv2d(x, weight, self.bias, padding=self.padding)

    class PixelCNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv_a = MaskedConv2d("A", 1, 2 * WIDTH, 3, padding=1)
            self.conv_b = MaskedConv2d("B", WIDTH, 2 * WIDTH, 3, padding=1)
            self.out = nn.Conv2d(WIDTH, LEVELS, 1)

        def gate(self, x):
            a, b = x.chunk(2, dim=1)
            return torch.tanh(a) * torch.sigmoid(b)

        def forward(self, x):
            x = self.gate(self.conv_a(x))
            x = x + self.gate(self.conv_b(x))
            return self.out(x)

    def loss(model, batch):
        return F.cross_entropy(model(batch["x"]), batch["target"])

    net = PixelCNN()
    return net, loss, torch.optim.Adam(net.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Causal(layers.Layer):
        def __init__(self, filters, sees_itself):
            super().__init__()
            self.filters, seen = filters, 5 if sees_itself else 4
            self.visible = (np.arange(9) < seen).reshape(3, 3, 1, 1)

        def build(self, shape):
            bound = keras.initializers.RandomUniform(-((9 * shape[-1]) ** -0.5), (9 * shape[-1]) ** -0.5)
            self.kernel = self.add_weight(shape=(3, 3, shape[-1], self.filters), initializer=bound, name="kernel")
            self.bias = self.add_weight(shape=(self.filters,), initializer=bound, name="bias")

        def call(self, x):
            kernel = tf.where(self.visible, self.kernel, tf.zeros_like(self.kernel))
            return tf.nn.conv2d(x, kernel, strides=1, padding="SAME") + self.bias

    class Pixels(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = Causal(2 * WIDTH, False), Causal(2 * WIDTH, True)
            self.scores = layers.Conv2D(LEVELS, 1)

        def call(self, x):
            signal, opened = tf.split(self.first(x), 2, axis=-1)
            x = tf.tanh(signal) * tf.sigmoid(opened)
            signal, opened = tf.split(self.second(x), 2, axis=-1)
            x += tf.tanh(signal) * tf.sigmoid(opened)
            return self.scores(x)

    def loss(model, batch):
        logits = tf.reshape(model(batch["x"]), [-1, LEVELS])
        one_hot = tf.one_hot(tf.reshape(batch["target"], [-1]), LEVELS, dtype=logits.dtype)
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(one_hot, logits))

    return Pixels(), loss, Adam(0.01)
