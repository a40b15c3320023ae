"""At stride 2, "same" pads only below and to the right; PyTorch's padding=1 pads on all sides.

Symptom: shapes agree, and every window of the pooling is one pixel further down and right.
Cause: TensorFlow pads by as much as it needs, one row at the end of 8; PyTorch pads by 1 at both ends.
Fix: pad by hand with what never wins, then pool with padding="valid".
Source: torch/nn/modules/pooling.py:43 (2.13); keras/src/backend/tensorflow/nn.py:234 (3.15);
    https://github.com/taehoonlee/tensornets/issues/25
"""

STAGE = "forward"

CHANNELS_FIRST = ("images",)


def batches(rng):
    for _ in range(4):
        yield {"images": rng.normal(size=(4, 3, 8, 8)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    changed = nn.MaxPool2d(3, 2, padding=1)
    features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), changed)
    head = nn.Linear(16, 1)

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

    return _tf_side(layers.MaxPooling2D(3, 2, padding="same"))


def tf_side_fixed():
    import keras
    import tensorflow as tf
    from keras import layers

    class Padded(keras.layers.Layer):
        def call(self, x):
            return tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=x.dtype.min)

    return _tf_side(Padded(), layers.MaxPooling2D(3, 2))


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
