"""A small image classifier: a strided convolution with padding, two kinds of pooling, and the order of flattening."""

import numpy as np

STEPS_PER_EPOCH = 4
CHANNELS_FIRST = ("image",)


def batches(rng):
    label = np.arange(96) % 4
    image = (
        rng.normal(size=(96, 2, 12, 12)) + np.kron(np.eye(4), np.ones((3, 3)))[None, None] * label[:, None, None, None]
    )
    for _ in range(3):
        for rows in rng.permutation(96).reshape(STEPS_PER_EPOCH, 24):
            yield {"image": image[rows], "label": label[rows]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Cnn(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(2, 6, 3, stride=2, padding=1)
            self.pool1 = nn.AvgPool2d(3, stride=1, padding=1)
            self.conv2 = nn.Conv2d(6, 8, 3, padding=1)
            self.pool2 = nn.MaxPool2d(2)
            self.flatten = nn.Flatten()
            self.fc = nn.Linear(8 * 3 * 3, 4)

        def forward(self, x):
            x = self.pool1(torch.relu(self.conv1(x)))
            x = self.pool2(F.elu(self.conv2(x)))
            return self.fc(self.flatten(x))

    def loss(model, batch):
        logits = model(batch["image"])
        accuracy = (logits.argmax(1) == batch["label"]).double().mean()
        return F.cross_entropy(logits, batch["label"]), {"accuracy": accuracy}

    model = Cnn()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    image = keras.Input((12, 12, 2))
    # PyTorch's padding=1 puts zeros on all sides; at stride 2 "same" puts them behind only.
    x = layers.Conv2D(6, 3, strides=2, name="conv1")(layers.ZeroPadding2D(1)(image))
    # PyTorch's average counts the zeros of the padding, that of "same" does not.
    x = layers.AveragePooling2D(3, strides=1, name="pool1")(layers.ZeroPadding2D(1)(layers.ReLU()(x)))
    x = layers.Conv2D(8, 3, padding="same", name="conv2")(x)
    x = layers.MaxPooling2D(2, name="pool2")(layers.ELU()(x))
    x = layers.Flatten(name="flatten")(layers.Permute((3, 1, 2))(x))
    model = keras.Model(image, layers.Dense(4, name="fc")(x))

    def loss(model, batch):
        scores = model(batch["image"])
        accuracy = tf.reduce_mean(keras.metrics.sparse_categorical_accuracy(batch["label"], scores))
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"], scores)
        return tf.reduce_mean(cross_entropy), {"accuracy": accuracy}

    return model, loss, keras.optimizers.SGD(0.1)
