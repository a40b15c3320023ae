"""PyTorch's parameter groups have a rate each; a Keras optimizer has one.

Symptom: the weights of one group move with another group's rate: a new head learns too slowly, or a trained body
    too fast.
Cause: groups with rates of their own have no counterpart in a Keras optimizer, so the port keeps only the default.
Fix: one optimizer for each group: keras.optimizers.MultiOptimizer, or a training step that applies each to its weights.
Source: torch/optim/optimizer.py:396 (2.13); keras/src/optimizers/base_optimizer.py:168-193, multi_optimizer.py:162
    (3.15)
"""

STAGE = "rate"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    body, head = model[0].parameters(), model[2].parameters()

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD([{"params": body}, {"params": head, "lr": 0.2}], lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.02)


def tf_side_fixed():
    import tensorflow as tf
    from keras.optimizers import SGD

    from compare import Side

    model, loss, _ = tf_side()
    optimizers = [SGD(0.02), SGD(0.2)]

    def step(side, batch):
        with tf.GradientTape() as tape:
            value = loss(model, batch)
        layers = model.layers
        gradients = tape.gradient(value, [layer.trainable_variables for layer in layers])
        for optimizer, layer, of_layer in zip(optimizers, layers, gradients, strict=True):
            optimizer.apply_gradients(zip(of_layer, layer.trainable_variables, strict=True))
        return value

    return Side(model, loss, optimizers, step=step)
