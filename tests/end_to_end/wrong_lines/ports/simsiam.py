"""SimSiam: a predictor on one view meets the other view, through which no gradient flows."""


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(8, 5))
        yield x + 0.2 * rng.normal(size=x.shape), x + 0.2 * rng.normal(size=x.shape)


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Siamese(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 4))
            self.predictor = nn.Linear(4, 4)

        def forward(self, x):
            z = self.encoder(x)
            return z, self.predictor(z)

    def criterion(p, z):
        p = F.normalize(p, dim=1)
        z = F.normalize(z, dim=1)
        return -(p * z).sum(dim=1).mean()

    def loss(model, batch):
        x1, x2 = batch
        (z1, p1), (z2, p2) = model(x1), model(x2)
        return criterion(p1, z2.detach()) / 2 + criterion(p2, z1.detach()) / 2

    model = Siamese()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(8)
            self.out = layers.Dense(4)
            self.predictor = layers.Dense(4)

        def call(self, x):
            features = self.out(tf.tanh(self.hidden(x)))
            return features, self.predictor(features)

    def negative_cosine(prediction, target):
        target = tf.stop_gradient(target)
        prediction = tf.math.l2_normalize(prediction, axis=1)
        target = tf.math.l2_normalize(target, axis=1)
        return -tf.reduce_mean(tf.reduce_sum(prediction * target, axis=1))

    def loss(model, batch):
        z1, p1 = model(batch[0])
        z2, p2 = model(batch[1])
        return 0.5 * (negative_cosine(p1, z2) + negative_cosine(p2, z1))

    return Network(), loss, SGD(0.1)
