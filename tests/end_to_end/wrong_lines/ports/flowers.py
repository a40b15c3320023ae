"""Flowers: a backbone that is frozen with its batch norm, a new head, and weights of rare classes."""

import numpy as np

CHANNELS_FIRST = ("image",)
CLASSES, SIZE = 3, 8
MEAN, STD, CLASS_WEIGHTS = (0.48, 0.45, 0.40), (0.23, 0.22, 0.21), (1.0, 2.5, 4.0)


def batches(rng):
    for _ in range(6):
        yield {"image": rng.uniform(size=(8, 3, SIZE, SIZE)), "label": rng.choice(CLASSES, size=8, p=[0.6, 0.25, 0.15])}


def torch_side():
    import torch
    from torch import nn

    class Backbone(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 5, 3, stride=2, bias=False)
            self.bn1 = nn.BatchNorm2d(5)
            self.conv2 = nn.Conv2d(5, 6, 3)
            self.avgpool = nn.AdaptiveAvgPool2d((1, 1))

        def forward(self, x):
            x = torch.relu(self.bn1(self.conv1(x)))
            return torch.flatten(self.avgpool(self.conv2(x)), 1)

    class FlowerNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = Backbone()
            self.head = nn.Sequential(nn.Linear(6, 8), nn.SiLU(), nn.Linear(8, CLASSES))
            for param in self.backbone.parameters():
                param.requires_grad = False

        def train(self, mode=True):
            super().train(mode)
            self.backbone.eval()
            return self

        def forward(self, x):
            return self.head(self.backbone(x))

    def loss(model, batch):
        images = batch["image"]
        mean = images.new_tensor(MEAN).view(1, 3, 1, 1)
        std = images.new_tensor(STD).view(1, 3, 1, 1)
        outputs = model((images - mean) / std)
        return nn.functional.cross_entropy(outputs, batch["label"], weight=images.new_tensor(CLASS_WEIGHTS))

    model = FlowerNet()
    model.train()
    trainable = [p for p in model.parameters() if p.requires_grad]
    return model, loss, torch.optim.Adam(trainable, lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def pretrained():
        image = keras.Input((SIZE, SIZE, 3))
        x = layers.Conv2D(5, 3, strides=2, use_bias=False)(image)
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
        x = layers.Conv2D(6, 3)(layers.ReLU()(x))
        return keras.Model(image, layers.GlobalAveragePooling2D()(x), name="backbone")

    base = pretrained()
    base.trainable = False
    image = keras.Input((SIZE, SIZE, 3))
    x = base(image, training=False)
    x = layers.Dense(8, activation="swish")(x)
    model = keras.Model(image, layers.Dense(CLASSES)(x))

    def preprocess(image):
        mean, std = (tf.constant(np.array(each), image.dtype) for each in (MEAN, STD))
        return (image - mean) / std

    def loss(model, batch, training=True):
        logits = model(preprocess(batch["image"]), training=training)
        weight = tf.gather(tf.constant(CLASS_WEIGHTS, logits.dtype), batch["label"])
        entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["label"], logits)
        return tf.reduce_sum(weight * entropy) / tf.reduce_sum(weight)

    return model, loss, Adam(0.02)
