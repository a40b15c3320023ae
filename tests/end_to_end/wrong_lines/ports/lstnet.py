"""Loads of three meters forecast (LSTNet): a convolution, a GRU, one that skips whole days, a linear highway."""

STEPS, METERS, KERNEL, SKIP, DAYS, HIGHWAY = 11, 3, 2, 3, 3, 4


def batches(rng):
    for _ in range(5):
        yield {"past": rng.normal(size=(5, STEPS, METERS)), "next": rng.normal(size=(5, METERS))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class LSTNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 4, kernel_size=(KERNEL, METERS))
            self.GRU1 = nn.GRU(4, 5)
            self.GRUskip = nn.GRU(4, 2)
            self.linear1 = nn.Linear(5 + SKIP * 2, METERS)
            self.highway = nn.Linear(HIGHWAY, 1)

        def forward(self, x):
            batch_size = x.size(0)
            c = F.relu(self.conv1(x.view(-1, 1, STEPS, METERS)))
            c = torch.squeeze(c, 3)
            r = c.permute(2, 0, 1).contiguous()
            _, r = self.GRU1(r)
            r = torch.squeeze(r, 0)
            s = c[:, :, -DAYS * SKIP :].contiguous()
            s = s.view(batch_size, 4, DAYS, SKIP)
            s = s.permute(2, 0, 3, 1).contiguous()
            s = s.view(DAYS, batch_size * SKIP, 4)
            _, s = self.GRUskip(s)
            s = s.view(batch_size, SKIP * 2)
            r = torch.cat((r, s), 1)
            res = self.linear1(r)
            z = x[:, -HIGHWAY:, :]
            z = z.permute(0, 2, 1).contiguous().view(-1, HIGHWAY)
            z = self.highway(z).view(-1, METERS)
            return res + z

    criterion = nn.L1Loss(reduction="sum")

    def loss(model, batch):
        return criterion(model(batch["past"]), batch["next"])

    model = LSTNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=3e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class LSTNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv = layers.Conv2D(4, (KERNEL, METERS), activation="relu")
            self.recurrent = layers.GRU(5)
            self.skipping = layers.GRU(2)
            self.dense = layers.Dense(METERS)
            self.linear = layers.Dense(1)

        def call(self, past):
            seen = tf.squeeze(self.conv(past[..., None]), axis=2)
            state = self.recurrent(seen)
            days = tf.reshape(seen[:, -DAYS * SKIP :], [-1, DAYS, SKIP, 4])
            days = tf.reshape(tf.transpose(days, [0, 2, 1, 3]), [-1, DAYS, 4])
            skipped = tf.reshape(self.skipping(days), [-1, SKIP * 2])
            forecast = self.dense(tf.concat([state, skipped], axis=-1))
            recent = tf.transpose(past[:, -HIGHWAY:, :], [0, 2, 1])
            return forecast + tf.squeeze(self.linear(recent), axis=-1)

    def loss(model, batch):
        return tf.reduce_sum(tf.abs(model(batch["past"]) - batch["next"]))

    return LSTNet(), loss, Adam(3e-3)
