"""padding_mode="reflect" or "circular" has no counterpart in Keras: "same" pads with zeros.

Symptom: outputs differ along the border only, and the more so the deeper the network.
Cause: a Keras convolution knows "same", "valid" and "causal", all with zeros.
Fix: tf.pad(images, paddings, "REFLECT") before a "valid" convolution.
Source: torch/nn/modules/conv.py:83,122 (2.13); keras/src/layers/convolutional/base_conv.py:122 (3.15)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(4, 2, 5, 5)), "y": rng.normal(size=(4, 3))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect")

    def loss(model, batch):
        features = torch.tanh(model(batch["x"]))
        return nn.functional.mse_loss(features.mean((2, 3)), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side("same", lambda images: images)


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side("valid", lambda images: tf.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), "REFLECT"))


def _tf_side(padding, padded):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Conv2D(3, 3, padding=padding)

    def loss(model, batch):
        features = tf.tanh(model(padded(batch["x"])))
        return tf.reduce_mean((tf.reduce_mean(features, (1, 2)) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
