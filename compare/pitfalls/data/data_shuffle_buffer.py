"""shuffle(buffer_size) draws from a window of that many samples: sorted data stays nearly sorted.

Symptom: on data in the order of their classes, batches are nearly of one class each; the loss falls within a class and
    jumps at the next.
Cause: tf.data shuffles a stream through a buffer; PyTorch's RandomSampler permutes all indices.
Fix: shuffle(len(dataset)), or file names shuffled first; here, so that the steps agree, the order that PyTorch took.
Source: tensorflow/python/data/ops/dataset_ops.py:1419 (2.21); torch/utils/data/sampler.py:116 (2.13)
"""

import numpy as np

STAGE = "batch"


def batches(rng):
    """In the order of a DataLoader(shuffle=True), as it was recorded."""
    for _ in range(6):
        label = rng.integers(0, 3, 8)
        yield rng.normal(size=(8, 4)) + label[:, None], label


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))

    def loss(model, batch):
        x, label = batch
        return nn.functional.cross_entropy(model(x), label)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    def shuffled(x, label):
        by_class = np.argsort(label, kind="stable")  # as files in a folder for each class are read
        return _samples(x[by_class], label[by_class]).shuffle(8, seed=0)

    return _tf_side(shuffled)


def tf_side_fixed():
    return _tf_side(_samples)


def _tf_side(samples):
    import keras
    import tensorflow as tf
    from keras import layers

    from compare import Side

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(3)])

    def loss(model, batch):
        x, label = batch
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(label, model(x)))

    def batches(stream):
        x, label = (np.concatenate(arrays) for arrays in zip(*stream, strict=True))
        return samples(x, label).batch(8).as_numpy_iterator()

    return Side(model, loss, keras.optimizers.SGD(0.1), batches=batches)


def _samples(*arrays):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(arrays)
