"""A reader of digits (LeNet): a strided convolution, average pooling at padded borders, dense layers on flat maps."""

CHANNELS_FIRST = ("image",)


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(6, 1, 10, 10)), "label": rng.integers(0, 4, size=6)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 4, 5, stride=2, padding=2)
            self.pool = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)
            self.conv2 = nn.Conv2d(4, 6, 2)
            self.fc1 = nn.Linear(6 * 2 * 2, 8)
            self.fc2 = nn.Linear(8, 4)

        def forward(self, x):
            x = torch.tanh(self.conv1(x))
            x = self.pool(x)
            x = torch.tanh(self.conv2(x))
            x = x.view(x.size(0), -1)
            x = torch.tanh(self.fc1(x))
            return self.fc2(x)

    def loss(model, batch):
        return F.cross_entropy(model(batch["image"]), batch["label"])

    model = LeNet()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    image = keras.Input((10, 10, 1))
    padded = layers.ZeroPadding2D(2)(image)
    maps = layers.Conv2D(4, 5, strides=2, activation="tanh")(padded)
    pooled = layers.AveragePooling2D(3, strides=2, padding="same")(maps)
    maps = layers.Conv2D(6, 2, activation="tanh")(pooled)
    flat = layers.Flatten()(layers.Permute((3, 1, 2))(maps))
    hidden = layers.Dense(8, activation="tanh")(flat)
    logits = layers.Dense(4)(hidden)
    model = keras.Model(image, logits)

    def loss(model, batch):
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"], model(batch["image"]))
        return tf.reduce_mean(each)

    return model, loss, SGD(0.1)
