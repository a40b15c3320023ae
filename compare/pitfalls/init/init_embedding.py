"""nn.Embedding begins as a standard normal, Keras' Embedding uniform within 0.05: 35 times narrower.

Symptom: tokens are hardly told apart in the first epochs, and position encodings that are added drown them.
    (The harness copies the weights: the port is equivalent, and settings.csv shows both distributions.)
Cause: the defaults are N(0, 1) and "uniform", which is RandomUniform(-0.05, 0.05).
Fix: embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0).
Source: torch/nn/modules/sparse.py:179-181 (2.13); keras/src/layers/core/embedding.py:91 (3.15)
"""

STAGE = ""


def batches(rng):
    for _ in range(4):
        yield rng.integers(0, 50, (8, 4)), rng.normal(size=(8, 1))


def torch_side():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Embedding(50, 16), nn.Flatten(), nn.Linear(64, 1))

    def loss(model, batch):
        tokens, y = batch
        return nn.functional.mse_loss(model(tokens), y)

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    from keras import layers

    return _tf_side(layers.Embedding(50, 16))


def tf_side_fixed():
    import keras
    from keras import layers

    return _tf_side(layers.Embedding(50, 16, embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0)))


def _tf_side(embedding):
    import keras
    import tensorflow as tf
    from keras import layers

    uniform = keras.initializers.RandomUniform(-1 / 8, 1 / 8), keras.initializers.RandomUniform(-1 / 8, 1 / 8)
    head = layers.Dense(1, kernel_initializer=uniform[0], bias_initializer=uniform[1])  # as PyTorch's begins
    model = keras.Sequential([embedding, layers.Flatten(), head])

    def loss(model, batch):
        tokens, y = batch
        return tf.reduce_mean((model(tokens) - y) ** 2)

    return model, loss, keras.optimizers.SGD(0.1)
