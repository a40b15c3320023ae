"""A small DenseNet on images: BN-ReLU-convolution, concatenated maps, label smoothing, Nesterov's momentum, warm-up,
and decay of kernels only.
"""

import math

CLASSES, GROWTH, SMOOTHING, WD, RATE, WARMUP, TOTAL = 4, 3, 0.1, 0.05, 0.05, 3, 8
CHANNELS_FIRST = ("images",)


def batches(rng):
    for _ in range(6):
        yield {"images": rng.normal(size=(5, 2, 6, 6)), "labels": rng.integers(0, CLASSES, size=5)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    from compare import Side

    class Bottleneck(nn.Module):
        def __init__(self, nChannels, growthRate):
            super().__init__()
            interChannels = 2 * growthRate
            self.bn1 = nn.BatchNorm2d(nChannels)
            self.conv1 = nn.Conv2d(nChannels, interChannels, kernel_size=1, bias=False)
            self.bn2 = nn.BatchNorm2d(interChannels)
            self.conv2 = nn.Conv2d(interChannels, growthRate, kernel_size=3, padding=1, bias=False)

        def forward(self, x):
            out = self.conv1(F.relu(self.bn1(x)))
            out = self.conv2(F.relu(self.bn2(out)))
            return torch.cat((x, out), 1)

    class Transition(nn.Module):
        def __init__(self, nChannels, nOutChannels):
            super().__init__()
            self.bn1 = nn.BatchNorm2d(nChannels)
            self.conv1 = nn.Conv2d(nChannels, nOutChannels, kernel_size=1, bias=False)

        def forward(self, x):
            out = self.conv1(F.relu(self.bn1(x)))
            return F.avg_pool2d(out, 2)

    class DenseNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(2, 4, kernel_size=3, padding=1, bias=False)
            self.dense1 = nn.Sequential(Bottleneck(4, GROWTH), Bottleneck(4 + GROWTH, GROWTH))
            self.trans1 = Transition(4 + 2 * GROWTH, 5)
            self.dense2 = Bottleneck(5, GROWTH)
            self.norm5 = nn.BatchNorm2d(5 + GROWTH, momentum=0.1)
            self.fc = nn.Linear(5 + GROWTH, CLASSES)

        def forward(self, x):
            out = self.trans1(self.dense1(self.conv1(x)))
            out = F.relu(self.norm5(self.dense2(out)))
            out = F.adaptive_avg_pool2d(out, 1).flatten(1)
            return self.fc(out)

    criterion = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)

    def loss(model, batch):
        return criterion(model(batch["images"]), batch["labels"])

    def lr_lambda(step):
        if step < WARMUP:
            return (step + 1) / WARMUP
        return 0.5 * (1 + math.cos(math.pi * (step - WARMUP) / (TOTAL - WARMUP)))

    model = DenseNet()
    no_decay = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": WD}, {"params": no_decay}]
    optimizer = torch.optim.SGD(groups, lr=RATE, momentum=0.9, nesterov=True)
    return Side(model, loss, optimizer, schedule=torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda))


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d
    from tf_impl.optimizers import SGD
    from tf_impl.schedules import LambdaLR

    def convolved(x, filters, size):
        x = layers.ReLU()(BatchNorm2d()(x))
        return layers.Conv2D(filters, size, padding="same", use_bias=False)(x)

    def grown(x):
        new = convolved(convolved(x, 2 * GROWTH, 1), GROWTH, 3)
        return layers.Concatenate(axis=-1)([x, new])

    image = keras.Input((6, 6, 2))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False)(image)
    x = layers.AveragePooling2D(2)(convolved(grown(grown(x)), 5, 1))
    x = layers.ReLU()(BatchNorm2d(momentum=0.1)(grown(x)))
    network = keras.Model(image, layers.Dense(CLASSES)(layers.GlobalAveragePooling2D()(x)))

    def loss(model, batch, training=True):
        logits = model(batch["images"], training=training)
        wanted = tf.one_hot(batch["labels"], CLASSES, dtype=logits.dtype)
        wanted = wanted * (1.0 - SMOOTHING) + SMOOTHING / CLASSES
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, logits))

    def factor(step):
        warm = (step + 1.0) / WARMUP
        cosine = 0.5 + 0.5 * tf.cos(math.pi * (step - WARMUP) / (TOTAL - WARMUP))
        return tf.where(step < WARMUP, warm, cosine)

    return network, loss, SGD(LambdaLR(RATE, factor), momentum=0.9, nesterov=True)


def tf_step(side, batch):
    import tensorflow as tf

    network = side.model
    with tf.GradientTape() as tape:
        value = side.loss(network, batch, training=True)
    pairs = []
    for gradient, variable in zip(tape.gradient(value, network.trainable_variables), network.trainable_variables):
        if variable.name == "kernel":
            gradient += WD * variable
        pairs.append((gradient, variable))
    side.optimizer.apply_gradients(pairs)
    return value
