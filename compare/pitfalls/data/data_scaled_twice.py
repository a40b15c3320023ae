"""ToTensor divides images by 255, and so may two places of a port: the pipeline and a Rescaling layer.

Symptom: inputs are of the order of 0.004, the first layer hardly sees them, and the loss starts at chance and stays.
Cause: tf.image.convert_image_dtype (and load_img pipelines) scale integers already; layers.Rescaling(1 / 255) in the
    model does so again. Images that are float already are scaled by neither ToTensor nor convert_image_dtype.
Fix: scale once.
Source: keras/src/layers/preprocessing/rescaling.py:8 (3.15); tensorflow/python/ops/image_ops_impl.py:2388 (2.21)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x",)


def batches(rng):
    for _ in range(5):
        yield {"x": rng.integers(0, 256, (4, 3, 4, 4)), "y": rng.normal(size=(4, 2))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Conv2d(3, 2, 3)

    def loss(model, batch):
        x = batch["x"].to(batch["y"].dtype) / 255
        return nn.functional.mse_loss(model(x).mean((2, 3)), batch["y"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.Rescaling(1 / 255))


def tf_side_fixed():
    return _tf_side(lambda x: x)


def _tf_side(preprocessing):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Conv2D(2, 3)

    def loss(model, batch):
        y = batch["y"]
        x = preprocessing(tf.cast(batch["x"], y.dtype) / 255)
        return tf.reduce_mean((tf.reduce_mean(model(x), (1, 2)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
