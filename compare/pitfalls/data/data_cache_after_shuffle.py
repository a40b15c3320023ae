"""cache() behind shuffle() keeps the order of the first epoch for all others.

Symptom: the first epoch agrees; from the second on each batch is one that was there before (augmented images too).
Cause: cache stores what comes in, and what comes in is shuffled and augmented already.
Fix: ds.cache().shuffle(n): first what is the same in every epoch, then cache, then what is random.
Source: tensorflow/python/data/ops/dataset_ops.py:1513,1419 (2.21); torch/utils/data/sampler.py:116 (2.13)
"""

import numpy as np

STAGE = "batch"
BATCHES = 4  # of an epoch


def batches(rng):
    """Two epochs of a DataLoader(shuffle=True), as they were recorded."""
    x = rng.normal(size=(32, 4))
    for _ in range(2):
        for part in np.split(rng.permutation(x), BATCHES):
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
    return _tf_side(lambda shuffled: shuffled.cache())


def tf_side_fixed():
    return _tf_side(lambda shuffled: shuffled)


def _tf_side(kept):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    def batches(stream):
        every = list(stream)
        epochs = iter([every[:BATCHES], every[BATCHES:]])
        like = tuple(tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in every[0])
        shuffled = tf.data.Dataset.from_generator(lambda: next(epochs), output_signature=like)
        return kept(shuffled).repeat(2).as_numpy_iterator()

    return Side(model, loss, keras.optimizers.SGD(0.1), batches=batches)
