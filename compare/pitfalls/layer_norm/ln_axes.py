"""nn.LayerNorm([5, 4]) normalises over the last two axes, Keras' LayerNormalization() over the last only.

Symptom: activations differ from the first step on; with weights (here without), Keras' have another shape.
Cause: PyTorch takes the shape to normalise over, Keras the axes, of which the default is -1.
Fix: axis=[-2, -1].
Source: torch/nn/modules/normalization.py:105 (2.13);
    keras/src/layers/normalization/layer_normalization.py:107 (3.15)
"""

STAGE = "forward"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 5, 4))
        yield x, x[:, :, :1] * x[:, :, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.LayerNorm([5, 4], elementwise_affine=False), nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.layers.LayerNormalization(epsilon=1e-5, center=False, scale=False))


def tf_side_fixed():
    import keras

    return _tf_side(keras.layers.LayerNormalization([-2, -1], epsilon=1e-5, center=False, scale=False))


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([norm, layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
