"""Super-resolution: a bilinear enlargement and a residual on it, structural similarity and Charbonnier's loss."""

import numpy as np

SIDE, SIGMA, MIX = 5, 1.5, 0.6
CHANNELS_FIRST = ("small", "large")


def batches(rng):
    for _ in range(5):
        large = rng.uniform(size=(4, 2, 8, 8))
        yield {"small": large[:, :, ::2, ::2], "large": large}


def kernel_of():
    axis = np.arange(SIDE) - SIDE // 2
    bell = np.exp(-(axis**2) / (2 * SIGMA**2))
    bell = bell / bell.sum()
    return np.outer(bell, bell)


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def ssim(img1, img2):
        channel = img1.shape[1]
        window = torch.tensor(kernel_of(), dtype=img1.dtype).expand(channel, 1, SIDE, SIDE)
        mu1 = F.conv2d(img1, window, groups=channel)
        mu2 = F.conv2d(img2, window, groups=channel)
        mu1_sq, mu2_sq, mu1_mu2 = mu1.pow(2), mu2.pow(2), mu1 * mu2
        sigma1_sq = F.conv2d(img1 * img1, window, groups=channel) - mu1_sq
        sigma2_sq = F.conv2d(img2 * img2, window, groups=channel) - mu2_sq
        sigma12 = F.conv2d(img1 * img2, window, groups=channel) - mu1_mu2
        c1, c2 = 0.01**2, 0.03**2
        numerator = (2 * mu1_mu2 + c1) * (2 * sigma12 + c2)
        denominator = (mu1_sq + mu2_sq + c1) * (sigma1_sq + sigma2_sq + c2)
        return (numerator / denominator).mean()

    class Upscaler(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.LeakyReLU(0.25), nn.Conv2d(6, 2, 3, padding=1))

        def forward(self, x):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            return x + 0.5 * self.body(x)

    def loss(model, batch):
        sr = model(batch["small"])
        charbonnier = torch.sqrt((sr - batch["large"]) ** 2 + 1e-3**2).mean()
        return MIX * (1 - ssim(sr, batch["large"])) + (1 - MIX) * charbonnier

    model = Upscaler()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def twice(image, axis):
        size = image.shape[axis]
        before = tf.gather(image, [max(place - 1, 0) for place in range(size)], axis=axis)
        behind = tf.gather(image, [min(place + 1, size - 1) for place in range(size)], axis=axis)
        pairs = tf.stack([0.75 * image + 0.25 * before, 0.75 * image + 0.25 * behind], axis=axis + 1)
        return tf.reshape(pairs, (-1, 8, 4 * axis, 2))

    class Upscaler(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Conv2D(6, 3, padding="same")
            self.act = layers.LeakyReLU(0.25)
            self.last = layers.Conv2D(2, 3, padding="same")

        def call(self, inputs):
            enlarged = twice(twice(inputs, 1), 2)
            detail = self.last(self.act(self.first(enlarged)))
            return enlarged + 0.5 * detail

    def blur(image):
        kernel = tf.constant(kernel_of(), image.dtype)[:, :, None, None]
        return tf.nn.depthwise_conv2d(image, tf.tile(kernel, (1, 1, 2, 1)), (1, 1, 1, 1), "VALID")

    def structural_similarity(x, y):
        c1, c2 = (0.01 * 1.0) ** 2, (0.03 * 1.0) ** 2
        mean_x, mean_y = blur(x), blur(y)
        luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
        covariance = blur(x * y) - mean_x * mean_y
        variances = blur(x**2 + y**2) - mean_x**2 - mean_y**2
        contrast = (2 * covariance + c2) / (variances + c2)
        return tf.reduce_mean(luminance * contrast)

    def loss(model, batch):
        restored = model(batch["small"])
        similarity = structural_similarity(restored, batch["large"])
        pixel = tf.reduce_mean(tf.sqrt(tf.square(restored - batch["large"]) + 1e-6))
        return MIX * (1 - similarity) + (1 - MIX) * pixel

    return Upscaler(), loss, Adam(0.01)
