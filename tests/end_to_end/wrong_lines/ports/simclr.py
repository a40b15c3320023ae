"""SimCLR: two views of each example through one encoder, and the NT-Xent loss written out."""

TEMPERATURE = 0.5


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(6, 5))
        yield {"first": x + 0.2 * rng.normal(size=x.shape), "second": x + 0.2 * rng.normal(size=x.shape)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def nt_xent(out_1, out_2):
        out = torch.cat([out_1, out_2], dim=0)
        n_samples = len(out)
        similarity = torch.exp(torch.mm(out, out.t()) / TEMPERATURE)
        others = ~torch.eye(n_samples, dtype=torch.bool)
        denominator = similarity.masked_select(others).view(n_samples, -1).sum(dim=-1)
        positive = torch.exp(torch.sum(out_1 * out_2, dim=-1) / TEMPERATURE)
        positive = torch.cat([positive, positive], dim=0)
        return -torch.log(positive / denominator).mean()

    def loss(model, batch):
        one = F.normalize(model(batch["first"]), dim=1)
        two = F.normalize(model(batch["second"]), dim=1)
        return nt_xent(one, two)

    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 4))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def nt_xent(z_i, z_j):
        z = tf.concat([z_i, z_j], axis=0)
        scores = tf.matmul(z, z, transpose_b=True) / TEMPERATURE
        scores = scores - 1e9 * tf.eye(tf.shape(z)[0], dtype=scores.dtype)
        total = tf.reduce_sum(tf.exp(scores), axis=1)
        same = tf.exp(tf.reduce_sum(z_i * z_j, axis=1) / TEMPERATURE)
        ratio = tf.concat([same, same], axis=0) / total
        return -tf.reduce_mean(tf.math.log(ratio))

    def loss(model, batch):
        z_i = tf.math.l2_normalize(model(batch["first"]), axis=1)
        z_j = tf.math.l2_normalize(model(batch["second"]), axis=1)
        return nt_xent(z_i, z_j)

    model = keras.Sequential([keras.Input((5,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(4)])
    return model, loss, Adam(0.01)
