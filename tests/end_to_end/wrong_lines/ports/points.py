"""Clouds of points (PointNet): a learnt alignment that is kept orthogonal, a maximum over points, chamfer distance."""

POINTS, REGULAR = 6, 0.1


def batches(rng):
    for _ in range(5):
        yield {"cloud": rng.normal(size=(4, POINTS, 3)), "whole": rng.normal(size=(4, 8, 3))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class TNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(3, 6, 1)
            self.fc = nn.Linear(6, 9)

        def forward(self, x):
            x = torch.max(torch.tanh(self.conv(x)), 2)[0]
            return self.fc(x).view(-1, 3, 3) + torch.eye(3).to(x)

    class Completion(nn.Module):
        def __init__(self):
            super().__init__()
            self.stn = TNet()
            self.conv = nn.Conv1d(3, 8, 1)
            self.fc = nn.Linear(8, 24)

        def forward(self, cloud):
            x = cloud.transpose(2, 1)
            trans = self.stn(x)
            x = torch.bmm(x.transpose(2, 1), trans).transpose(2, 1)
            x = torch.max(F.elu(self.conv(x)), 2)[0]
            return self.fc(x).view(-1, 8, 3), trans

    def chamfer(a, b):
        xx, yy = (a**2).sum(dim=2), (b**2).sum(dim=2)
        zz = torch.bmm(a, b.transpose(2, 1))
        p = xx.unsqueeze(2) + yy.unsqueeze(1) - 2 * zz
        return p.min(dim=2)[0].mean() + p.min(dim=1)[0].mean()

    def feature_transform_regularizer(trans):
        identity = torch.eye(3).to(trans)
        return torch.mean(torch.norm(torch.bmm(trans, trans.transpose(2, 1)) - identity, dim=(1, 2)))

    def loss(model, batch):
        made, trans = model(batch["cloud"])
        return chamfer(made, batch["whole"]) + REGULAR * feature_transform_regularizer(trans)

    model = Completion()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    inputs = keras.Input((POINTS, 3))
    local = layers.Conv1D(6, 1, activation="tanh")(inputs)
    alignment = layers.Dense(9)(layers.GlobalMaxPooling1D()(local))
    alignment = layers.Reshape((3, 3))(alignment) + keras.ops.eye(3)
    aligned = layers.Dot(axes=(2, 1))([inputs, alignment])
    code = layers.GlobalMaxPooling1D()(layers.Conv1D(8, 1, activation="elu")(aligned))
    outputs = layers.Reshape((8, 3))(layers.Dense(24)(code))
    model = keras.Model(inputs, [outputs, alignment])

    def chamfer_distance(first, second):
        difference = first[:, :, None, :] - second[:, None, :, :]
        squared = tf.reduce_sum(difference**2, axis=-1)
        forwards = tf.reduce_mean(tf.reduce_min(squared, axis=2))
        backwards = tf.reduce_mean(tf.reduce_min(squared, axis=1))
        return forwards + backwards

    def orthogonality(matrix):
        product = tf.einsum("bij,bkj->bik", matrix, matrix)
        deviation = product - tf.eye(3, dtype=matrix.dtype)
        return tf.reduce_mean(tf.sqrt(tf.reduce_sum(deviation**2, axis=(1, 2))))

    def loss(model, batch):
        completed, matrix = model(batch["cloud"])
        distance = chamfer_distance(completed, batch["whole"])
        return distance + REGULAR * orthogonality(matrix)

    return model, loss, Adam(0.01)
