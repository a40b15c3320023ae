"""Super-resolution (ESPCN): colour channels shuffled into pixels, added to the enlarged input; Charbonnier's loss."""

CHANNELS_FIRST = ("low", "high")
EPS = 0.05


def batches(rng):
    for _ in range(5):
        yield {"low": rng.normal(size=(4, 3, 5, 5)), "high": rng.normal(size=(4, 3, 10, 10))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class ESPCN(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
            self.conv2 = nn.Conv2d(6, 12, 3, padding=1)
            self.shuffle = nn.PixelShuffle(2)

        def forward(self, x):
            residual = self.shuffle(self.conv2(torch.tanh(self.conv1(x))))
            enlarged = F.interpolate(x, scale_factor=2, mode="nearest")
            return enlarged + residual

    def loss(model, batch):
        diff = model(batch["low"]) - batch["high"]
        return torch.sqrt(diff * diff + EPS**2).mean()

    model = ESPCN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def pixel_shuffle(x):
        height, width = x.shape[1], x.shape[2]
        x = tf.reshape(x, [-1, height, width, 3, 2, 2])
        x = tf.transpose(x, [0, 1, 4, 2, 5, 3])
        return tf.reshape(x, [-1, 2 * height, 2 * width, 3])

    class ESPCN(keras.Model):
        def __init__(self):
            super().__init__()
            self.features = layers.Conv2D(6, 3, padding="same", activation="tanh")
            self.to_pixels = layers.Conv2D(12, 3, padding="same")
            self.enlarge = layers.UpSampling2D(2)

        def call(self, x):
            return self.enlarge(x) + pixel_shuffle(self.to_pixels(self.features(x)))

    def charbonnier(truth, made):
        return tf.reduce_mean(tf.sqrt(tf.square(made - truth) + EPS * EPS))

    def loss(model, batch):
        return charbonnier(batch["high"], model(batch["low"]))

    return ESPCN(), loss, Adam(1e-2)
