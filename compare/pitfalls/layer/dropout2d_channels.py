"""nn.Dropout2d drops whole channels; Keras' Dropout drops single pixels.

Symptom: the regularisation is much weaker in Keras: neighbouring pixels make good for what is dropped.
    (The harness switches dropout layers off: here the random numbers come with the batch.)
Cause: the counterpart of nn.Dropout is Dropout, that of nn.Dropout2d is SpatialDropout2D.
Fix: SpatialDropout2D(rate), or noise_shape=(None, 1, 1, channels); by hand, one random number for each channel.
Source: torch/nn/modules/dropout.py:124 (2.13); keras/src/layers/regularization/spatial_dropout.py:72 (3.15)
"""

STAGE = "loss"
CHANNELS_FIRST = ("x", "noise")
RATE = 0.5


def batches(rng):
    for _ in range(5):
        x, noise = rng.normal(size=(4, 2, 5, 5)), rng.random((4, 3, 5, 5))
        yield {"x": x, "noise": noise, "y": rng.normal(size=(4, 3))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 3, 1))

    def loss(model, batch):
        kept = (batch["noise"][:, :, :1, :1] >= RATE) / (1 - RATE)  # nn.Dropout2d
        features = torch.tanh(model(batch["x"])) * kept
        return nn.functional.mse_loss(features.mean((2, 3)), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda noise: noise)  # layers.Dropout


def tf_side_fixed():
    return _tf_side(lambda noise: noise[:, :1, :1])  # layers.SpatialDropout2D


def _tf_side(of_a_mask):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(3, 1)])

    def loss(model, batch):
        x = batch["x"]
        kept = tf.cast(of_a_mask(batch["noise"]) >= RATE, x.dtype) / (1 - RATE)
        features = tf.tanh(model(x)) * kept
        return tf.reduce_mean((tf.reduce_mean(features, (1, 2)) - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
