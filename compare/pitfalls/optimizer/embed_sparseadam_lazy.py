"""SparseAdam leaves the rows alone that a batch does not use; Keras' Adam moves every row at each step.

Symptom: rows of tokens that are not in the batch go on moving in Keras, and their moments shrink.
Cause: nn.Embedding(sparse=True) with SparseAdam updates only the rows that have a gradient; Keras' Adam decays the
    moments of all rows and moves all weights by them.
Fix: use tf_impl.optimizers.SparseAdam, or put back the rows that the gradient does not list, as below.
Source: torch/optim/_functional.py:65-84 (2.13); keras/src/optimizers/adam.py:119-137 (3.15)
"""

STAGE = "state"
BETAS = 0.75, 0.875  # float32 holds these exactly, as it does not 0.9 and 0.999


def batches(rng):
    for _ in range(6):
        yield rng.permutation(12)[:6, None], rng.normal(size=(6, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Embedding(12, 1, sparse=True), nn.Flatten())

    def loss(model, batch):
        tokens, y = batch
        return nn.functional.mse_loss(model(tokens), y)

    return model, loss, torch.optim.SparseAdam(model.parameters(), lr=0.05, betas=BETAS)


def tf_side():
    import keras

    return _tf_side(keras.optimizers.Adam(0.05, *BETAS, epsilon=1e-8))


def tf_side_fixed():
    import keras
    import tensorflow as tf

    class LazyAdam(keras.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            index = self._get_variable_index(variable)
            moved = [variable, self._momentums[index], self._velocities[index]]
            before = [tf.identity(each) for each in moved]
            super().update_step(tf.convert_to_tensor(gradient), variable, learning_rate)
            used = tf.reduce_any(tf.range(12)[:, None] == tf.cast(gradient.indices, tf.int32), axis=1, keepdims=True)
            for each, old in zip(moved, before, strict=True):
                each.assign(tf.where(used, each, old))

    return _tf_side(LazyAdam(0.05, *BETAS, epsilon=1e-8))


def _tf_side(optimizer):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Embedding(12, 1), layers.Flatten()])

    def loss(model, batch):
        tokens, y = batch
        return tf.reduce_mean((model(tokens) - y) ** 2)

    return model, loss, optimizer
