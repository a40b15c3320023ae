"""preprocess_input of keras.applications' VGG and ResNet turns RGB into BGR and does not scale.

Symptom: inputs of the order of 100 with red and blue exchanged, where torchvision's weights expect (x - mean) / std.
Cause: a model of keras.applications has the preprocessing of its weights: "caffe", "tf" or "torch".
Fix: torchvision's numbers with torchvision's weights: mode="torch", or written out as here.
Source: keras/src/applications/imagenet_utils.py:87,161-201 (3.15)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x",)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def batches(rng):
    for _ in range(5):
        yield {"x": rng.uniform(0, 255, (4, 3, 4, 4)), "y": rng.normal(size=(4, 2))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Conv2d(3, 2, 3)

    def loss(model, batch):
        x = batch["x"] / 255
        mean, std = (torch.tensor(each, dtype=x.dtype)[:, None, None] for each in (MEAN, STD))
        return nn.functional.mse_loss(model((x - mean) / std).mean((2, 3)), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01)


def tf_side():
    import keras

    return _tf_side(lambda x: keras.applications.imagenet_utils.preprocess_input(x, mode="caffe"))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda x: (x / 255 - tf.constant(MEAN, x.dtype)) / tf.constant(STD, x.dtype))


def _tf_side(preprocess):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Conv2D(2, 3)

    def loss(model, batch):
        features = tf.reduce_mean(model(preprocess(batch["x"])), (1, 2))
        return tf.reduce_mean((features - batch["y"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.01)
