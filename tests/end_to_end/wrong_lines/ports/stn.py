"""A spatial transformer: an affine grid of a network's own is sampled bilinearly, by hand in TensorFlow."""

SIZE = 5
CHANNELS_FIRST = ("image",)


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(4, 2, SIZE, SIZE)), "y": rng.integers(0, 3, size=4)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.localization = nn.Conv2d(2, 4, 3)
            self.fc_loc = nn.Linear(4, 6)
            self.conv = nn.Conv2d(2, 3, 3)
            self.fc = nn.Linear(27, 3)

        def stn(self, x):
            xs = F.relu(self.localization(x)).mean(dim=(2, 3))
            identity = torch.tensor([1.0, 0, 0, 0, 1.0, 0], dtype=x.dtype)
            theta = (0.3 * self.fc_loc(xs) + identity).view(-1, 2, 3)
            grid = F.affine_grid(theta, x.size(), align_corners=True)
            return F.grid_sample(x, grid, padding_mode="border", align_corners=True)

        def forward(self, x):
            x = F.relu(self.conv(self.stn(x)))
            return self.fc(x.permute(0, 2, 3, 1).flatten(1))

    def loss(model, batch):
        output = F.log_softmax(model(batch["image"]), dim=1)
        return F.nll_loss(output, batch["y"])

    model = Net()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def affine_grid(theta):
        line = tf.linspace(tf.constant(-1.0, theta.dtype), tf.constant(1.0, theta.dtype), SIZE)
        x_t, y_t = tf.meshgrid(line, line)
        homogeneous = tf.stack([x_t, y_t, tf.ones_like(x_t)], axis=-1)
        return tf.einsum("bij,hwj->bhwi", theta, homogeneous)

    def bilinear_sampler(image, grid):
        x = 0.5 * (grid[..., 0] + 1.0) * (SIZE - 1)
        y = 0.5 * (grid[..., 1] + 1.0) * (SIZE - 1)
        x, y = tf.clip_by_value(x, 0.0, SIZE - 1.0), tf.clip_by_value(y, 0.0, SIZE - 1.0)
        x0, y0 = tf.floor(x), tf.floor(y)
        wx, wy = (x - x0)[..., None], (y - y0)[..., None]

        def pixel(row, column):
            row = tf.cast(tf.minimum(row, SIZE - 1.0), tf.int32)
            column = tf.cast(tf.minimum(column, SIZE - 1.0), tf.int32)
            return tf.gather_nd(image, tf.stack([row, column], axis=-1), batch_dims=1)

        top = (1 - wx) * pixel(y0, x0) + wx * pixel(y0, x0 + 1)
        bottom = (1 - wx) * pixel(y0 + 1, x0) + wx * pixel(y0 + 1, x0 + 1)
        return (1 - wy) * top + wy * bottom

    class Transformed(keras.Model):
        def __init__(self):
            super().__init__()
            self.locate = layers.Conv2D(4, 3, activation="relu")
            self.pool = layers.GlobalAveragePooling2D()
            self.to_theta = layers.Dense(6)
            self.conv = layers.Conv2D(3, 3, activation="relu")
            self.flatten, self.classify = layers.Flatten(), layers.Dense(3)

        def call(self, image):
            delta = self.to_theta(self.pool(self.locate(image)))
            theta = tf.reshape(0.3 * delta + tf.constant([1.0, 0, 0, 0, 1.0, 0], delta.dtype), (-1, 2, 3))
            warped = bilinear_sampler(image, affine_grid(theta))
            return self.classify(self.flatten(self.conv(warped)))

    def loss(model, batch):
        return tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(batch["y"], model(batch["image"]), from_logits=True)
        )

    return Transformed(), loss, SGD(0.05)
