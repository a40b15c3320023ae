"""InstanceNorm has no weights by default in PyTorch; Keras' stand-in, GroupNormalization(-1), learns two.

Symptom: activations differ a little from the first step on; gamma and beta move in Keras.
Cause: affine=False is PyTorch's default; Keras has center=True, scale=True, and an epsilon of 1e-3, not 1e-5.
Fix: GroupNormalization(-1, epsilon=1e-5, center=False, scale=False); frozen weights, as here, compute the same.
Source: torch/nn/modules/instancenorm.py:25-27 (2.13);
    keras/src/layers/normalization/group_normalization.py:71-73 (3.15)
"""

STAGE = "forward"
CHANNELS_FIRST = ("x",)
WEIGHTS = {"group_normalization.weight": None, "group_normalization.bias": None}


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(16, 2, 5, 5)), "y": rng.normal(size=(16, 3))}


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.InstanceNorm2d(3), nn.Softplus())

    def loss(model, batch):
        x, y = batch["x"], batch["y"]
        return nn.functional.mse_loss(model(x).mean((2, 3)), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.layers.GroupNormalization(-1))


def tf_side_fixed():
    import keras

    return _tf_side(keras.layers.GroupNormalization(-1, epsilon=1e-5, trainable=False))


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Conv2D(3, 1), norm, layers.Activation("softplus")])

    def loss(model, batch):
        x, y = batch["x"], batch["y"]
        return tf.reduce_mean((tf.reduce_mean(model(x), (1, 2)) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
