"""Masks with skips (U-Net): group norms, learnt upsampling, the Lovasz extension of Jaccard,
Tversky's index beside it.
"""

SIZE, GROUPS, ALPHA, BETA, SMOOTH = 8, 2, 0.3, 0.7, 1.0
CHANNELS_FIRST = ("image", "mask")


def batches(rng):
    for _ in range(4):
        yield {
            "image": rng.normal(size=(3, 2, SIZE, SIZE)),
            "mask": (rng.uniform(size=(3, 1, SIZE, SIZE)) < 0.35).astype(float),
        }


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class DoubleConv(nn.Module):
        """(convolution => [GN] => ReLU) * 2"""

        def __init__(self, in_channels, out_channels):
            super().__init__()
            self.double_conv = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False),
                nn.GroupNorm(GROUPS, out_channels),
                nn.ReLU(inplace=True),
                nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False),
                nn.GroupNorm(GROUPS, out_channels),
                nn.ReLU(inplace=True),
            )

        def forward(self, x):
            return self.double_conv(x)

    class Down(nn.Module):
        def __init__(self, in_channels, out_channels):
            super().__init__()
            self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(in_channels, out_channels))

        def forward(self, x):
            return self.maxpool_conv(x)

    class Up(nn.Module):
        def __init__(self, in_channels, out_channels):
            super().__init__()
            self.up = nn.ConvTranspose2d(in_channels, in_channels // 2, kernel_size=2, stride=2)
            self.conv = DoubleConv(in_channels, out_channels)

        def forward(self, x1, x2):
            x1 = self.up(x1)
            x = torch.cat([x2, x1], dim=1)
            return self.conv(x)

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.inc = DoubleConv(2, 4)
            self.down1 = Down(4, 8)
            self.up1 = Up(8, 4)
            self.outc = nn.Conv2d(4, 1, kernel_size=1)

        def forward(self, x):
            x1 = self.inc(x)
            x2 = self.down1(x1)
            x = self.up1(x2, x1)
            return self.outc(x)

    def lovasz_grad(gt_sorted):
        p = len(gt_sorted)
        gts = gt_sorted.sum()
        intersection = gts - gt_sorted.cumsum(0)
        union = gts + (1 - gt_sorted).cumsum(0)
        jaccard = 1.0 - intersection / union
        if p > 1:
            jaccard[1:p] = jaccard[1:p] - jaccard[0:-1]
        return jaccard

    def lovasz_hinge_flat(logits, labels):
        signs = 2.0 * labels - 1.0
        errors = 1.0 - logits * signs
        errors_sorted, perm = torch.sort(errors, dim=0, descending=True)
        gt_sorted = labels[perm]
        grad = lovasz_grad(gt_sorted)
        return torch.dot(F.elu(errors_sorted) + 1, grad)

    def lovasz_hinge(logits, labels):
        return sum(lovasz_hinge_flat(log.view(-1), lab.view(-1)) for log, lab in zip(logits, labels)) / len(logits)

    def tversky(logits, targets):
        inputs = torch.sigmoid(logits).view(-1)
        targets = targets.reshape(-1)
        TP = (inputs * targets).sum()
        FP = ((1 - targets) * inputs).sum()
        FN = (targets * (1 - inputs)).sum()
        return 1 - (TP + SMOOTH) / (TP + ALPHA * FP + BETA * FN + SMOOTH)

    def loss(model, batch):
        logits = model(batch["image"])
        return lovasz_hinge(logits, batch["mask"]) + tversky(logits, batch["mask"])

    model = UNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def twice(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.GroupNormalization(GROUPS, epsilon=1e-5)(x)
            x = layers.Activation("relu")(x)
        return x

    inputs = keras.Input((SIZE, SIZE, 2))
    skip = twice(inputs, 4)
    bottom = twice(layers.MaxPooling2D()(skip), 8)
    up = layers.Conv2DTranspose(4, 2, strides=2)(bottom)
    top = twice(layers.Concatenate()([skip, up]), 4)
    model = keras.Model(inputs, layers.Conv2D(1, 1)(top))

    def per_image(args):
        scores, truth = args
        margins = 1.0 - scores * (2.0 * truth - 1.0)
        order = tf.argsort(margins, direction="DESCENDING", stable=True)
        margins, truth = tf.gather(margins, order), tf.gather(truth, order)
        number = tf.reduce_sum(truth)
        index = 1.0 - (number - tf.cumsum(truth)) / (number + tf.cumsum(1.0 - truth))
        slope = tf.concat([index[:1], index[1:] - index[:-1]], axis=0)
        return tf.reduce_sum((tf.nn.elu(margins) + 1.0) * slope)

    def loss(model, batch):
        flat = (len(batch["image"]), -1)
        scores, truth = tf.reshape(model(batch["image"]), flat), tf.reshape(batch["mask"], flat)
        jaccard = tf.reduce_mean(tf.map_fn(per_image, (scores, truth), fn_output_signature=scores.dtype))
        p = tf.sigmoid(scores)
        hit = tf.reduce_sum(p * truth)
        false_alarm, missed = tf.reduce_sum(p) - hit, tf.reduce_sum(truth) - hit
        index = (hit + SMOOTH) / (hit + ALPHA * false_alarm + BETA * missed + SMOOTH)
        return jaccard + 1.0 - index

    return model, loss, Adam(0.005)
