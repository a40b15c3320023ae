"""PyTorch counts the zeros of the padding in an average, TensorFlow does not.

Symptom: the borders of feature maps are larger in the port; inside nothing differs.
Cause: AvgPool2d divides by the whole window (count_include_pad=True); "same" pooling divides by the pixels in it.
Fix: pad with zeros first and pool with padding="valid"; or count_include_pad=False in PyTorch.
Source: torch/nn/modules/pooling.py:680 (2.13); keras/src/backend/tensorflow/nn.py:262 (3.15)
"""

STAGE = "forward"

CHANNELS_FIRST = ("images",)


def batches(rng):
    for _ in range(4):
        yield {"images": rng.normal(size=(4, 3, 8, 8)), "y": rng.normal(size=(4, 1))}


def torch_side():
    import torch
    from torch import nn

    changed = nn.AvgPool2d(3, 1, padding=1)
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

    return _tf_side(layers.AveragePooling2D(3, 1, padding="same"))


def tf_side_fixed():
    from keras import layers

    return _tf_side(layers.ZeroPadding2D(1), layers.AveragePooling2D(3, 1))


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
