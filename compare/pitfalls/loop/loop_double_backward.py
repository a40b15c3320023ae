"""A gradient penalty whose inner gradient is taken outside of the outer tape is a constant.

Symptom: losses agree, gradients do not: the penalty is in the loss, and pulls at nothing.
Cause: PyTorch's create_graph=True makes the gradient differentiable; in TensorFlow an outer tape must be recording
    while the inner one computes its gradient.
Fix: tapes inside one another, with inner.gradient(...) inside the outer one.
Source: torch/autograd/__init__.py:407 (2.13); https://www.tensorflow.org/guide/advanced_autodiff
"""

STAGE = "gradient"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    def loss(model, batch):
        x = batch[0].detach().requires_grad_()
        prediction = model(x)
        (slope,) = torch.autograd.grad(prediction.sum(), x, create_graph=True)
        return nn.functional.mse_loss(prediction, batch[1]) + slope.square().sum(1).mean()

    return model, loss, optimizer


def tf_side(inside=False):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def slope(model, x):
        with tf.GradientTape() as inner:
            inner.watch(x)
            prediction = model(x)
        return inner.gradient(prediction, x)

    def loss(model, batch, slopes=None):
        slopes = slope(model, batch[0]) if slopes is None else slopes
        mistake = tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)
        return mistake + tf.reduce_mean(tf.reduce_sum(slopes**2, axis=1))

    def step(side, batch):
        slopes = None if inside else slope(model, batch[0])
        with tf.GradientTape() as outer:
            value = loss(model, batch, slopes)
        weights = model.trainable_variables
        side.optimizer.apply_gradients(zip(outer.gradient(value, weights), weights, strict=True))
        return value

    return Side(model, loss, keras.optimizers.SGD(0.05), step=step)


def tf_side_fixed():
    return tf_side(inside=True)
