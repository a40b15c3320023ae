"""Adam's epsilon is 1e-7 by default in Keras, 1e-8 in PyTorch.

Symptom: the same Adam with nothing but a rate moves small gradients less in Keras; gradients and moments agree.
Cause: the defaults differ by ten, and Keras adds its epsilon before the bias correction, which makes it 32 times as
    large again at step 1 (adam_eps_placement).
Fix: epsilon=1e-8 is half of it; tf_impl.optimizers.Adam also adds it in PyTorch's place.
Source: torch/optim/adam.py:40 (2.13); keras/src/optimizers/adam.py:48 (3.15);
    https://github.com/keras-team/tf-keras/issues/315
"""

STAGE = "update"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adam(0.01))


def tf_side_fixed():
    from tf_impl.optimizers import Adam

    return _tf_side(Adam(0.01))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
