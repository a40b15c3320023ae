"""batch(8, drop_remainder=True) leaves out the last, shorter batch of each epoch; a DataLoader keeps it.

Symptom: an epoch has a step less, and the following one begins where PyTorch still has the rest; some samples are never
    seen, if nothing shuffles.
Cause: drop_last=False is the default of DataLoader; drop_remainder=True is what TPUs and fixed shapes are given.
Fix: drop_remainder=False, the default, or drop_last=True in PyTorch.
Source: tensorflow/python/data/ops/dataset_ops.py:1854 (2.21); torch/utils/data/dataloader.py:182 (2.13)
"""

import numpy as np

STAGE = "batch"


def batches(rng):
    """Two epochs of a DataLoader over 20 samples."""
    x = rng.normal(size=(20, 4))
    for _ in range(2):
        for part in np.split(x, (8, 16)):
            yield part, part[:, :1] * part[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda samples: samples.batch(8, drop_remainder=True).repeat(3))


def tf_side_fixed():
    return _tf_side(lambda samples: samples.batch(8).repeat(2))


def _tf_side(pipeline):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    def batches(stream):
        epoch = tuple(np.concatenate(arrays)[:20] for arrays in zip(*stream, strict=True))
        return pipeline(tf.data.Dataset.from_tensor_slices(epoch)).as_numpy_iterator()

    return Side(model, loss, keras.optimizers.SGD(0.1), batches=batches)
