"""tf.gather(q, actions, axis=1) takes every action in every row; PyTorch's q.gather(1, actions) one for each.

Symptom: no error, since (N, N) minus (N, N) or (N,) is a tensor as well; a DQN does not learn.
Cause: without batch_dims, each index is looked up in all rows.
Fix: tf.gather(q, actions, batch_dims=1), or a product with tf.one_hot(actions, n).
Source: tensorflow/python/ops/array_ops.py:4788 (2.21); torch/_torch_docs.py:4624 (2.13)
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        yield rng.normal(size=(16, 4)), rng.integers(0, 3, 16), rng.normal(size=16)


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))

    def loss(model, batch):
        x, action, target = batch
        chosen = model(x).gather(1, action[:, None])[:, 0]
        return nn.functional.mse_loss(chosen, target)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(axis=1)


def tf_side_fixed():
    return _tf_side(batch_dims=1)


def _tf_side(**options):
    import keras
    import tensorflow as tf
    from keras import layers

    model = keras.Sequential([layers.Dense(8, "tanh"), layers.Dense(3)])

    def loss(model, batch):
        x, action, target = batch
        return tf.reduce_mean((tf.gather(model(x), action, **options) - target) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
