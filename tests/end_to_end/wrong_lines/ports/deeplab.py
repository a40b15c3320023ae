"""Scenes cut into classes (DeepLab, VainF/DeepLabV3Plus-Pytorch): dilated convolutions, a pooled branch, some pixels
without label, a polynomial rate.
"""

import numpy as np

CHANNELS_FIRST = ("image",)
SIZE, CLASSES, UNLABELLED, RATE, TOTAL, POWER = 8, 3, 255, 0.05, 6, 0.9


def batches(rng):
    for _ in range(TOTAL):
        label = rng.integers(0, CLASSES, size=(3, SIZE, SIZE))
        label = np.where(rng.uniform(size=label.shape) < 0.15, UNLABELLED, label)
        yield {"image": rng.normal(size=(3, 3, SIZE, SIZE)), "label": label}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    from compare import Side

    class ASPPPooling(nn.Module):
        def __init__(self, in_channels, out_channels):
            super().__init__()
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.conv = nn.Conv2d(in_channels, out_channels, 1)

        def forward(self, x):
            size = x.shape[-2:]
            x = torch.relu(self.conv(self.pool(x)))
            return F.interpolate(x, size=size, mode="nearest")

    class ASPP(nn.Module):
        def __init__(self, in_channels, out_channels):
            super().__init__()
            self.branch1 = nn.Conv2d(in_channels, out_channels, 1)
            self.branch2 = nn.Conv2d(in_channels, out_channels, 3, padding=2, dilation=2)
            self.branch3 = ASPPPooling(in_channels, out_channels)
            self.project = nn.Conv2d(3 * out_channels, out_channels, 1)

        def forward(self, x):
            res = torch.cat([torch.relu(self.branch1(x)), torch.relu(self.branch2(x)), self.branch3(x)], dim=1)
            return torch.relu(self.project(res))

    class DeepLab(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = nn.Conv2d(3, 5, 3, stride=2, padding=1)
            self.aspp = ASPP(5, 4)
            self.classifier = nn.Conv2d(4, CLASSES, 1)

        def forward(self, x):
            input_shape = x.shape[-2:]
            x = self.classifier(self.aspp(torch.relu(self.backbone(x))))
            return F.interpolate(x, size=input_shape, mode="bilinear", align_corners=False)

    criterion = nn.CrossEntropyLoss(ignore_index=UNLABELLED, reduction="mean")

    def loss(model, batch):
        return criterion(model(batch["image"]), batch["label"])

    model = DeepLab()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, weight_decay=1e-3)
    scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=TOTAL, power=POWER)
    return Side(model, loss, optimizer, schedule=scheduler)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def conv(filters, kernel_size, **options):
        return layers.Conv2D(filters, kernel_size, activation="relu", **options)

    image = keras.Input((SIZE, SIZE, 3))
    x = conv(5, 3, strides=2)(layers.ZeroPadding2D(((1, 0), (1, 0)))(image))
    near = conv(4, 1)(x)
    wide = conv(4, 3, padding="same", dilation_rate=2)(x)
    whole = conv(4, 1)(layers.GlobalAveragePooling2D(keepdims=True)(x))
    whole = layers.UpSampling2D(SIZE // 2)(whole)
    x = conv(4, 1)(layers.Concatenate()([near, wide, whole]))
    model = keras.Model(image, layers.Conv2D(CLASSES, 1)(x))

    def loss(model, batch):
        scores = tf.image.resize(model(batch["image"]), (SIZE, SIZE), method="bilinear")
        scores = tf.cast(scores, batch["image"].dtype)
        labelled = batch["label"] != UNLABELLED
        classes = tf.where(labelled, batch["label"], 0)
        entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=scores)
        labelled = tf.cast(labelled, entropy.dtype)
        return tf.reduce_sum(entropy * labelled) / tf.reduce_sum(labelled)

    return model, loss, SGD(RATE, momentum=0.9, weight_decay=1e-3)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables
    done = int(side.optimizer.iterations)
    side.optimizer.learning_rate = RATE * (1.0 - done / TOTAL) ** POWER
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
    return value
