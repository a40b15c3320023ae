"""Metric learning: a layer of one's own for the cosines to a centre of each class, and an additive margin."""

SCALE, MARGIN = 8.0, 0.3
WEIGHTS = {"centres.kernel": "arc.weight.T"}


def batches(rng):
    for _ in range(6):
        label = rng.integers(0, 5, size=11)
        yield {"x": rng.normal(size=(11, 6)) + label[:, None], "label": label}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class ArcMargin(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(0.5 * torch.randn(5, 4))

        def forward(self, features, label):
            cosine = F.linear(F.normalize(features), F.normalize(self.weight))
            phi = cosine - MARGIN
            one_hot = F.one_hot(label, 5).to(cosine)
            return SCALE * (one_hot * phi + (1 - one_hot) * cosine)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2, self.arc = nn.Linear(6, 10), nn.Linear(10, 4), ArcMargin()

        def forward(self, x, label):
            return self.arc(self.fc2(F.relu(self.fc1(x))), label)

    def loss(model, batch):
        return F.cross_entropy(model(batch["x"], batch["label"]), batch["label"])

    model = Network()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class CosineMargin(layers.Layer):
        def __init__(self):
            super().__init__()
            self.kernel = self.add_weight(shape=(4, 5), name="kernel")

        def call(self, embedding, label):
            embedding = tf.math.l2_normalize(embedding, axis=1)
            directions = tf.math.l2_normalize(self.kernel, axis=0)
            cosines = tf.matmul(embedding, directions)
            hot = tf.one_hot(label, 5, dtype=cosines.dtype)
            cosines = cosines - hot * MARGIN
            return cosines * SCALE

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second, self.centres = layers.Dense(10), layers.Dense(4), CosineMargin()

        def call(self, x, label):
            return self.centres(self.second(tf.nn.relu(self.first(x))), label)

    def loss(model, batch):
        logits = model(batch["x"], batch["label"])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"], logits))

    return Network(), loss, Adam(0.01)
