"""A frozen BatchNorm runs in inference mode in Keras; in PyTorch it goes on normalising by the batch.

Symptom: activations and loss differ from the first step on, and Keras' running statistics stand still.
Cause: trainable=False on Keras' layer means inference mode as well; requires_grad_(False) only stops the gradients.
Fix: leave it trainable, and give the optimizer the other variables; or use tf_impl.layers.BatchNorm1d.
Source: torch/nn/modules/batchnorm.py:200 (2.13); keras/src/layers/normalization/batch_normalization.py:363 (3.15);
    https://github.com/zzh8829/yolov3-tf2/pull/188
"""

STAGE = "forward"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 1))
    model[1].requires_grad_(False)

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras

    return _tf_side(keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, trainable=False))


def tf_side_fixed():
    from tf_impl.layers import BatchNorm1d

    return _tf_side(BatchNorm1d(trainable=False))


def _tf_side(norm):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8), norm, layers.Activation("tanh"), layers.Dense(1)])

    def loss(model, batch, training):
        x, y = batch
        return tf.reduce_mean((model(x, training=training) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
