"""Self-supervision by variance, invariance and covariance of the embeddings of two views."""


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(12, 5))
        yield x + 0.2 * rng.normal(size=x.shape), x + 0.2 * rng.normal(size=x.shape)


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def spread(z):
        std = torch.sqrt(z.var(dim=0) + 1e-4)
        return F.relu(1 - std).mean()

    def correlation(z):
        z = z - z.mean(dim=0)
        cov = z.T @ z / (len(z) - 1)
        off_diagonal = cov[~torch.eye(4, dtype=torch.bool)]
        return off_diagonal.pow(2).sum() / 4

    def loss(model, batch):
        z_a, z_b = model(batch[0]), model(batch[1])
        variance = spread(z_a) + spread(z_b)
        covariance = correlation(z_a) + correlation(z_b)
        return 25 * F.mse_loss(z_a, z_b) + 25 * variance + covariance

    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 4))
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def terms(z):
        count = tf.cast(tf.shape(z)[0], z.dtype)
        centred = z - tf.reduce_mean(z, axis=0, keepdims=True)
        deviation = tf.sqrt(tf.reduce_sum(centred**2, axis=0) / (count - 1) + 1e-4)
        hinge = tf.reduce_mean(tf.nn.relu(1 - deviation))
        matrix = tf.matmul(centred, centred, transpose_a=True) / (count - 1)
        outside = matrix - tf.linalg.diag(tf.linalg.diag_part(matrix))
        return hinge, tf.reduce_sum(outside**2) / 4

    def loss(model, batch):
        first, second = model(batch[0]), model(batch[1])
        (hinge_1, outside_1), (hinge_2, outside_2) = terms(first), terms(second)
        invariance = tf.reduce_mean(tf.square(first - second))
        return 25 * (invariance + hinge_1 + hinge_2) + outside_1 + outside_2

    model = keras.Sequential([keras.Input((5,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(4)])
    return model, loss, SGD(0.01)
