"""Change detection after TinyCD: features of both dates mixed channel by channel, a mask from them, wider again."""

import numpy as np

CHANNELS, SIDE, RATE, FLOOR, STEPS = 4, 4, 0.01, 1e-3, 6
CHANNELS_FIRST = ("before", "after", "mask")
WEIGHTS = {
    "mix.depthwise_conv2d.weight": lambda w: w["mix.convmix.weight"].reshape(2 * CHANNELS, 1, 3, 3),
    "dense.weight": "pixelwise.linears.0.weight.reshape(5, 4)",
    "dense.bias": "pixelwise.linears.0.bias",
    "dense_1.weight": "classify.linears.0.weight.reshape(1, 5)",
    "dense_1.bias": "classify.linears.0.bias",
}


def batches(rng):
    for _ in range(STEPS):
        mask = (rng.random(size=(3, 1, SIDE, SIDE)) < 0.3).astype(float)
        yield {
            "before": rng.normal(size=(3, 3, SIDE, SIDE)),
            "after": rng.normal(size=(3, 3, SIDE, SIDE)),
            "mask": mask,
        }


def torch_side():
    import torch
    from torch import nn

    from compare import Side

    class PixelwiseLinear(nn.Module):
        def __init__(self, fin, fout, last=None):
            super().__init__()
            self.linears = nn.Sequential(
                nn.Conv2d(fin, fout, kernel_size=1, bias=True), nn.PReLU() if last is None else last
            )

        def forward(self, x):
            return self.linears(x)

    class MixingBlock(nn.Module):
        def __init__(self, ch_in, ch_out):
            super().__init__()
            self.convmix = nn.Conv2d(ch_in, ch_out, 3, groups=ch_out, padding=1, bias=False)
            self.act = nn.PReLU()
            self.norm = nn.InstanceNorm2d(ch_out)

        def forward(self, x, y):
            mixed = torch.stack((x, y), dim=2)
            mixed = torch.reshape(mixed, (x.shape[0], -1, x.shape[2], x.shape[3]))
            return self.norm(self.act(self.convmix(mixed)))

    class ChangeClassifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = nn.Conv2d(3, CHANNELS, 3, stride=2, padding=1)
            self.mix = MixingBlock(2 * CHANNELS, CHANNELS)
            self.pixelwise = PixelwiseLinear(CHANNELS, 5)
            self.upsample = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.classify = PixelwiseLinear(5, 1, nn.Sigmoid())

        def forward(self, ref, test):
            ref, test = torch.tanh(self.backbone(ref)), torch.tanh(self.backbone(test))
            features = self.pixelwise(self.mix(ref, test))
            return self.classify(self.upsample(features))

    criterion = nn.BCELoss()

    def loss(model, batch):
        generated_mask = model(batch["before"], batch["after"])
        return criterion(generated_mask, batch["mask"])

    model = ChangeClassifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS, eta_min=FLOOR)
    return Side(model, loss, optimizer, schedule=scheduler)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import Conv2d
    from tf_impl.optimizers import AdamW

    def prelu():
        return layers.PReLU(shared_axes=[1, 2, 3])

    class Mix(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            # two channels for each one that comes out: a depthwise convolution, and the sum of neighbours
            self.depthwise_conv2d = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise_conv2d")
            self.slope = prelu()
            self.norm = layers.GroupNormalization(groups=-1, epsilon=1e-5, center=False, scale=False)

        def call(self, x, y):
            h, w, c = x.shape[1:]
            both = tf.reshape(tf.stack([x, y], axis=-1), (-1, h, w, 2 * c))
            filtered = self.depthwise_conv2d(both)
            summed = tf.reduce_sum(tf.reshape(filtered, (-1, h, w, c, 2)), axis=-1)
            return self.norm(self.slope(summed))

    def enlargement(size):
        position = np.linspace(0.0, size - 1.0, 2 * size)
        return np.maximum(0.0, 1.0 - np.abs(position[:, None] - np.arange(size)[None, :]))

    class Enlarge(layers.Layer):
        def call(self, x):
            rows, columns = (tf.constant(enlargement(size), x.dtype) for size in x.shape[1:3])
            return tf.einsum("bhwc,Hh,Ww->bHWc", x, rows, columns)

    earlier, later = keras.Input((SIDE, SIDE, 3)), keras.Input((SIDE, SIDE, 3))
    encoder = Conv2d(CHANNELS, 3, strides=2, padding=1, activation="tanh")
    x = Mix(name="mix")(encoder(earlier), encoder(later))
    x = Enlarge()(prelu()(layers.Dense(5)(x)))
    net = keras.Model([earlier, later], layers.Dense(1)(x))

    def loss(model, batch):
        logits = model([batch["before"], batch["after"]])
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=batch["mask"], logits=logits))

    rate = keras.optimizers.schedules.CosineDecay(RATE, decay_steps=STEPS, alpha=FLOOR / RATE)
    return net, loss, AdamW(rate, weight_decay=0.01)
