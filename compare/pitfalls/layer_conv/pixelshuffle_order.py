"""depth_to_space takes the channels of a block in another order than PixelShuffle.

Symptom: shapes agree, and the pixels of several channels are mixed up.
Cause: PyTorch reads a channel as (channel, row, column), TensorFlow as (row, column, channel).
Fix: reorder the channels before, or reshape and transpose by hand.
Source: torch/nn/modules/pixelshuffle.py:10 (2.13); tensorflow/python/ops/array_ops.py:3823 (2.21)
"""

STAGE = "forward"

CHANNELS_FIRST = ("images",)


def batches(rng):
    for _ in range(4):
        yield {"images": rng.normal(size=(4, 3, 8, 8)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    changed = nn.Sequential(nn.Conv2d(4, 8, 1), nn.PixelShuffle(2))
    features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), changed)
    head = nn.Linear(32, 1)

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

    return _tf_side(layers.Conv2D(8, 1), layers.Lambda(_shuffled))


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.Conv2D(8, 1), layers.Lambda(_shuffled_as_pytorch))


def _shuffled(x):
    import tensorflow as tf

    return tf.nn.depth_to_space(x, 2)


def _shuffled_as_pytorch(x):
    import tensorflow as tf

    blocks = tf.reshape(x, (-1, 8, 8, 2, 2, 2))
    return tf.reshape(tf.transpose(blocks, (0, 1, 4, 2, 5, 3)), (-1, 16, 16, 2))


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
