"""A transposed convolution with "same" padding crops the other side than PyTorch's.

Symptom: shapes agree, and the output is shifted by one pixel.
Cause: of the full output PyTorch (padding=1, output_padding=1) crops the first row, Keras the last.
Fix: take the full output (padding="valid") and crop as PyTorch does.
Source: torch/nn/modules/conv.py:1012 (2.13); keras/src/backend/common/backend_utils.py:300 (3.15)
"""

STAGE = "forward"

CHANNELS_FIRST = ("images",)


def batches(rng):
    for _ in range(4):
        yield {"images": rng.normal(size=(4, 3, 8, 8)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    changed = nn.ConvTranspose2d(4, 4, 3, stride=2, padding=1, output_padding=1)
    features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), changed)
    head = nn.Linear(64, 1)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.features, self.head = features, head

        def forward(self, images):
            return self.head(self.features(images).mean(dim=3).flatten(1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch["images"]), batch["y"])

    model = Network()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.Conv2DTranspose(4, 3, strides=2, padding="same"))


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.Conv2DTranspose(4, 3, strides=2), layers.Cropping2D(((1, 0), (1, 0))))


def _tf_side(*changed):
    import keras
    import tensorflow as tf
    from keras import layers

    features = keras.Sequential([layers.Conv2D(4, 3, padding="same", activation="tanh"), *changed])
    head = layers.Dense(1)

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.features, self.head = features, head

        def call(self, images):
            rows = tf.reduce_mean(self.features(images), axis=2)
            return self.head(tf.reshape(tf.transpose(rows, (0, 2, 1)), (len(rows), -1)))

    def loss(model, batch):
        return tf.reduce_mean((model(batch["images"]) - batch["y"]) ** 2)

    return Network(), loss, keras.optimizers.SGD(0.1)
