"""At its bounds, hardtanh has no gradient in PyTorch; clip_by_value passes it in TensorFlow.

Symptom: units that begin at exactly 0 stay there in PyTorch, and learn in TensorFlow; losses agree at first.
Cause: PyTorch's derivative is 0 at the bounds themselves; that of tf.clip_by_value, and so of Keras' hard_tanh, is 1.
Fix: tf.where with strict bounds, and tf.stop_gradient outside.
Source: torch/_decomp/decompositions.py:217 (2.13); keras/src/backend/tensorflow/nn.py:150-151 (3.15)
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Hardtanh(0, 1), nn.Linear(8, 1))
    model[0].weight.data[:4] = model[0].bias.data[:4] = 0  # as residual branches often begin

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import tensorflow as tf

    return _tf_side(lambda h: tf.clip_by_value(h, 0, 1))


def tf_side_fixed():
    import tensorflow as tf

    return _tf_side(lambda h: tf.where((h > 0) & (h < 1), h, tf.stop_gradient(tf.clip_by_value(h, 0, 1))))


def _tf_side(activation):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, activation), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
