"""ds.batch().shuffle() moves whole batches: the same samples are together in every epoch.

Symptom: the first batch is another; over the epochs the loss moves in a pattern, and batch norm sees few mixtures.
Cause: shuffle permutes the elements of its dataset, which after batch() are batches.
Fix: shuffle first, ds.shuffle(n).batch(32); to compare with PyTorch step by step, the order that it took, recorded.
Source: tensorflow/python/data/ops/dataset_ops.py:1419 (2.21); torch/utils/data/sampler.py:116 (2.13)
"""

import numpy as np

STAGE = "batch"


def batches(rng):
    """In the order of a DataLoader(shuffle=True), as it was recorded."""
    for _ in range(6):
        x = rng.normal(size=(8, 4))
        yield x, x[:, :1] * x[:, 1:2]


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

    def loss(model, batch):
        x, y = batch
        return nn.functional.mse_loss(model(x), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(lambda samples: samples.batch(8).shuffle(100, seed=0))


def tf_side_fixed():
    return _tf_side(lambda samples: samples.batch(8))


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
        samples = tuple(np.concatenate(arrays) for arrays in zip(*stream, strict=True))
        return pipeline(tf.data.Dataset.from_tensor_slices(samples)).as_numpy_iterator()

    return Side(model, loss, keras.optimizers.SGD(0.1), batches=batches)
