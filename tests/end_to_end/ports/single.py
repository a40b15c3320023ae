"""A port that computes in float32, whatever precision is asked for: so it cannot be judged in float64."""

import numpy as np

STEPS_PER_EPOCH = 4


def batches(rng):
    x = rng.normal(size=(80, 5))
    y = np.argmax(x[:, :3] + x[:, 2:], axis=1)
    for _ in range(4):
        for rows in rng.permutation(80).reshape(STEPS_PER_EPOCH, 20):
            yield {"x": x[rows], "y": y[rows]}


def torch_side():
    import torch
    from torch import nn

    def loss(model, batch):
        return nn.functional.cross_entropy(model(batch["x"].float()), batch["y"])

    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3)).float()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    def loss(model, batch):
        logits = model(tf.cast(batch["x"], tf.float32))
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["y"], logits))

    model = keras.Sequential(
        [layers.Dense(16, dtype="float32"), layers.ReLU(dtype="float32"), layers.Dense(3, dtype="float32")]
    )
    return model, loss, keras.optimizers.SGD(0.2)
