"""PyTorch's weight_decay shrinks biases and the scales of normalisations too; many Keras recipes leave them out.

Symptom: kernels agree, biases stay larger than in PyTorch.
Cause: weight_decay of torch.optim covers every parameter that the optimizer was given. A port that excludes biases, or
    puts a kernel_regularizer on each layer, decays the kernels alone.
Fix: decay every weight; leave one out only where PyTorch has it in a parameter group with weight_decay=0.
Source: torch/optim/sgd.py:346 (2.13); keras/src/optimizers/base_optimizer.py:900-959, layers/core/dense.py:84-94 (3.15)
"""

STAGE = "update"


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(16, 4))
        yield x, 3 + x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05, weight_decay=0.1)


def tf_side():
    model, loss, optimizer = tf_side_fixed()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return model, loss, optimizer


def tf_side_fixed():
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    # Without momentum Keras' weight decay is PyTorch's: see sgd_wd_momentum.
    return model, loss, keras.optimizers.SGD(0.05, weight_decay=0.1)
