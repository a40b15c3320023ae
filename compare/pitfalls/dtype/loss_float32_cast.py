"""Keras' loss objects cast to floatx, even where the model is float64; its loss functions do not.

Symptom: in float64 the loss is off by 1e-7, and its gradients too. (The harness sets it aside: the port is
    equivalent, and a remark says where float32 leaks in.)
Cause: keras.losses.Loss casts targets and predictions to keras.config.floatx(), float32 unless it is set.
Fix: keras.config.set_floatx("float64") first, or MeanSquaredError(dtype="float64").
Source: keras/src/losses/loss.py:46-65 (3.15); https://github.com/keras-team/keras-core/issues/922
"""

STAGE = ""


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side(dtype="float32"):  # the default floatx
    import keras
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
    mean_squared_error = keras.losses.MeanSquaredError(dtype=dtype)

    def loss(model, batch):
        return mean_squared_error(batch[1], model(batch[0]))

    return model, loss, keras.optimizers.SGD(0.1)


def tf_side_fixed():
    return tf_side(dtype=None)  # floatx, which the harness has set to the precision of the run
