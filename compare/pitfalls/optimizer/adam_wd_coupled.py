"""weight_decay of torch.optim.Adam is an L2 penalty in the gradient; that of keras.optimizers.Adam shrinks the weights.

Symptom: weights shrink much less or much more than in PyTorch; Adam's moments differ from the first step on.
Cause: PyTorch adds weight_decay * weight to the gradient, so that it goes through both moments and is divided by the
    root; Keras takes rate * weight_decay * weight off the weight itself, which is AdamW.
Fix: use tf_impl.optimizers.Adam; or add weight_decay * variable to each gradient and give Keras no weight_decay.
Source: torch/optim/adam.py:416 (2.13); keras/src/optimizers/base_optimizer.py:952-959 (3.15);
    https://github.com/pytorch/pytorch/issues/38767
"""

STAGE = "state"


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

    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=0.1)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adam(0.01, weight_decay=0.1))


def tf_side_fixed():
    from tf_impl.optimizers import Adam

    return _tf_side(Adam(0.01, weight_decay=0.1))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, optimizer
