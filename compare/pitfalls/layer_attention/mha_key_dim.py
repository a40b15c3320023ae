"""key_dim is the size of one head; with PyTorch's embed_dim in its place, heads are as wide as the whole model.

Symptom: twice, four or eight times the weights; the scores are divided by another root, and no checkpoint fits.
    (So the harness cannot pair the weights: here attention is written out, and only the root is wrong.)
Cause: MultiHeadAttention(num_heads, key_dim) of Keras multiplies; nn.MultiheadAttention(embed_dim, num_heads) divides.
Fix: key_dim=embed_dim // num_heads, and that root where it is written out.
Source: keras/src/layers/attention/multi_head_attention.py:46,158,201 (3.15); torch/nn/functional.py:6846 (2.13)
"""

STAGE = "loss"
WIDTH, HEADS = 8, 2


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(4, 5, WIDTH)), rng.normal(size=(4, 5, WIDTH))


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(WIDTH, 3 * WIDTH)

    def loss(model, batch):
        x, y = batch
        query, key, value = model(x).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value)
        return nn.functional.mse_loss(mixed.transpose(1, 2).flatten(2), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(key_dim=WIDTH)


def tf_side_fixed():
    return _tf_side(key_dim=WIDTH // HEADS)


def _tf_side(key_dim):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(3 * WIDTH)

    def loss(model, batch):
        x, y = batch
        parts = tf.reshape(model(x), (*x.shape[:2], 3, HEADS, WIDTH // HEADS))
        query, key, value = tf.unstack(tf.transpose(parts, (2, 0, 3, 1, 4)))
        scores = tf.matmul(query, key, transpose_b=True) / key_dim**0.5
        mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), (0, 2, 1, 3))
        return tf.reduce_mean((tf.reshape(mixed, x.shape) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
