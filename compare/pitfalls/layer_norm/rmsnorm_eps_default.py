"""RMSNormalization adds 1e-6 in Keras; nn.RMSNorm the smallest number that its precision tells from 1.

Symptom: outputs are off by 1e-6 for inputs around 1, by much more for small ones.
Cause: eps=None in PyTorch is torch.finfo(dtype).eps; a checkpoint of Llama's has 1e-5 or 1e-6 in its configuration.
Fix: name it on both sides: RMSNormalization(epsilon=...).
Source: torch/nn/modules/normalization.py:368-371 (2.13); keras/src/layers/normalization/rms_normalization.py:45 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.RMSNorm(8), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.RMSNormalization())


def tf_side_fixed():
    import numpy as np
    from keras import layers

    return _tf_side(layers.RMSNormalization(epsilon=np.finfo(np.float64).eps))


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8), norm, layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
