"""fit and train_on_batch cast NumPy arrays to floatx before a float64 model sees them.

Symptom: in float64 the inputs are off by 1e-8 or so. (The harness sets it aside: the port is equivalent, and a remark
    says where float32 leaks in.)
Cause: Keras' data adapters cast arrays of floats to keras.config.floatx(), float32 unless it is set, whatever the
    dtype of the layers.
Fix: keras.config.set_floatx("float64") first.
Source: keras/src/trainers/data_adapters/array_slicing.py:418-432 (3.15)
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


def tf_side(floatx="float32"):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")

    def loss(model, batch):
        return tf.reduce_mean((model(batch[0]) - batch[1]) ** 2)

    def step(side, batch):
        before = keras.config.floatx()
        keras.config.set_floatx(floatx or before)  # float32 is the default
        value = model.train_on_batch(*(array.numpy() for array in batch))
        keras.config.set_floatx(before)
        return float(value)

    return Side(model, loss, model.optimizer, step=step)


def tf_side_fixed():
    return tf_side(floatx=None)
