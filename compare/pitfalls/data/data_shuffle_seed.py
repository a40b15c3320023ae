"""The same seed shuffles otherwise in tf.data than in a DataLoader.

Symptom: curves that are alike and never the same; the first batch already has other samples.
Cause: each framework permutes in its own way, from its own generator of random numbers.
Fix: record the order of one side, and read the samples in it on the other; then also every epoch's.
Source: tensorflow/python/data/ops/dataset_ops.py:1419 (2.21); torch/utils/data/sampler.py:116 (2.13)
"""

import numpy as np

STAGE = "batch"
# DataLoader(range(24), shuffle=True, generator=torch.Generator().manual_seed(0))
ORDER = [5, 11, 21, 12, 1, 14, 7, 3, 13, 20, 18, 19, 22, 4, 9, 15, 10, 8, 0, 23, 17, 16, 6, 2]


def batches(rng):
    x = rng.normal(size=(24, 4))[ORDER]
    for part in np.split(x, 6):
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
    return _tf_side(lambda samples: samples.shuffle(24, seed=0))


def tf_side_fixed():
    def in_order(samples):
        every = list(samples.as_numpy_iterator())
        return _samples([every[place] for place in ORDER])

    return _tf_side(in_order)


def _tf_side(shuffled):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean((model(x) - y) ** 2)

    def batches(stream):
        recorded = [sample for x, y in stream for sample in zip(x, y, strict=True)]
        in_files = [sample for _, sample in sorted(zip(ORDER, recorded, strict=False), key=lambda pair: pair[0])]
        return shuffled(_samples(in_files)).batch(4).as_numpy_iterator()

    return Side(model, loss, keras.optimizers.SGD(0.1), batches=batches)


def _samples(samples):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(tuple(map(np.stack, zip(*samples, strict=True))))
