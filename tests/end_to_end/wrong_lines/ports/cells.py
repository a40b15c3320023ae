"""Cells under a microscope: a small U-Net, cross-entropy of pixels and Dice of each image."""

CHANNELS_FIRST = ("image", "mask")
SIZE = 8


def batches(rng):
    for _ in range(5):
        image = rng.normal(size=(3, 1, SIZE, SIZE))
        yield {"image": image, "mask": (image + 0.5 * rng.normal(size=image.shape) > 0.4).astype(float)}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    def conv_bn(in_ch, out_ch):
        conv = nn.Conv2d(in_ch, out_ch, kernel_size=3, padding=1, bias=False)
        return [conv, nn.BatchNorm2d(out_ch), nn.ReLU(inplace=True)]

    class DoubleConv(nn.Module):
        def __init__(self, in_ch, out_ch):
            super().__init__()
            self.double_conv = nn.Sequential(*conv_bn(in_ch, out_ch), *conv_bn(out_ch, out_ch))

        def forward(self, x):
            return self.double_conv(x)

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.inc = DoubleConv(1, 4)
            self.down = DoubleConv(4, 6)
            self.pool = nn.MaxPool2d(2)
            self.upsample = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.up = DoubleConv(10, 4)
            self.outc = nn.Conv2d(4, 1, kernel_size=1)

        def forward(self, x):
            x1 = self.inc(x)
            x2 = self.down(self.pool(x1))
            x = torch.cat([x1, self.upsample(x2)], dim=1)
            return self.outc(self.up(x))

    def dice_loss(prob, target, smooth=1.0):
        prob, target = prob.flatten(1), target.flatten(1)
        intersection = (prob * target).sum(1)
        score = (2.0 * intersection + smooth) / (prob.sum(1) + target.sum(1) + smooth)
        return 1 - score.mean()

    def loss(model, batch):
        masks_pred = model(batch["image"])
        bce = F.binary_cross_entropy_with_logits(masks_pred, batch["mask"])
        return bce + dice_loss(torch.sigmoid(masks_pred), batch["mask"])

    model = UNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=1e-2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d
    from tf_impl.optimizers import Adam

    def block(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = BatchNorm2d(momentum=0.1)(x)
            x = layers.Activation("relu")(x)
        return x

    def build_unet():
        inputs = layers.Input((SIZE, SIZE, 1))
        c1 = block(inputs, 4)
        p1 = layers.MaxPooling2D((2, 2))(c1)
        c2 = block(p1, 6)
        u3 = layers.UpSampling2D((2, 2), interpolation="bilinear")(c2)
        u3 = layers.concatenate([c1, u3])
        c3 = block(u3, 4)
        return keras.Model(inputs, layers.Conv2D(1, (1, 1))(c3))

    def dice_coefficient(y_true, y_pred, smooth=1.0):
        overlap = tf.reduce_sum(y_true * y_pred, axis=(1, 2, 3))
        total = tf.reduce_sum(y_true, axis=(1, 2, 3)) + tf.reduce_sum(y_pred, axis=(1, 2, 3))
        return tf.reduce_mean((2.0 * overlap + smooth) / (total + smooth))

    def loss(model, batch, training=True):
        logits = model(batch["image"], training=training)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(batch["mask"], logits)
        return tf.reduce_mean(entropy) + 1.0 - dice_coefficient(batch["mask"], tf.sigmoid(logits))

    return build_unet(), loss, Adam(1e-2)
