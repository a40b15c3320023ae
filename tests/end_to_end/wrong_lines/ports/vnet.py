"""Organs in volumes after V-Net: residual stages of 3-D convolutions, a skip, soft Dice with squares and weighted
cross-entropy.
"""

CLASSES, SIDE, SMOOTH, CLASS_WEIGHTS = 3, 4, 1e-3, (0.2, 1.0, 1.5)


def batches(rng):
    for _ in range(5):
        yield {
            "volume": rng.normal(size=(3, 1, SIDE, SIDE, SIDE)),
            "organ": rng.integers(0, CLASSES, size=(3, SIDE, SIDE, SIDE)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class LUConv(nn.Module):
        def __init__(self, nchan):
            super().__init__()
            self.conv1 = nn.Conv3d(nchan, nchan, kernel_size=3, padding=1)
            self.bn1 = nn.BatchNorm3d(nchan)
            self.relu1 = nn.PReLU(nchan)

        def forward(self, x):
            return self.relu1(self.bn1(self.conv1(x)))

    class Stage(nn.Module):
        def __init__(self, nchan):
            super().__init__()
            self.ops = LUConv(nchan)
            self.relu = nn.PReLU(nchan)

        def forward(self, x):
            return self.relu(torch.add(self.ops(x), x))

    class VNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.in_tr = nn.Conv3d(1, 3, kernel_size=3, padding=1)
            self.stage16 = Stage(3)
            self.down_conv = nn.Conv3d(3, 4, kernel_size=2, stride=2)
            self.stage32 = Stage(4)
            self.up_conv = nn.ConvTranspose3d(4, 3, kernel_size=2, stride=2)
            self.out_conv = nn.Conv3d(6, CLASSES, kernel_size=1)

        def forward(self, x):
            out16 = self.stage16(self.in_tr(x))
            out32 = self.stage32(F.elu(self.down_conv(out16)))
            up = F.elu(self.up_conv(out32))
            return self.out_conv(torch.cat((up, out16), 1))

    def dice_loss(logits, target):
        probs = F.softmax(logits, dim=1)
        onehot = F.one_hot(target, CLASSES).movedim(-1, 1).to(probs.dtype)
        probs, onehot = probs[:, 1:].flatten(2), onehot[:, 1:].flatten(2)
        intersection = (probs * onehot).sum(-1)
        denominator = (probs * probs).sum(-1) + (onehot * onehot).sum(-1)
        return 1 - ((2 * intersection + SMOOTH) / (denominator + SMOOTH)).mean()

    def loss(model, batch):
        logits = model(batch["volume"])
        weight = torch.tensor(CLASS_WEIGHTS).to(logits)
        return F.cross_entropy(logits, batch["organ"], weight=weight) + dice_loss(logits, batch["organ"])

    model = VNet()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm3d
    from tf_impl.optimizers import SGD

    def slope(x):
        return layers.PReLU(shared_axes=[1, 2, 3])(x)

    def residual(x):
        inner = layers.Conv3D(x.shape[-1], 3, padding="same")(x)
        inner = slope(BatchNorm3d()(inner))
        return slope(layers.Add()([inner, x]))

    voxels = keras.Input((SIDE, SIDE, SIDE, 1))
    fine = residual(layers.Conv3D(3, 3, padding="same")(voxels))
    coarse = residual(layers.Conv3D(4, 2, strides=2, activation="elu")(fine))
    wide = layers.Conv3DTranspose(3, 2, strides=2, activation="elu")(coarse)
    scores = layers.Conv3D(CLASSES, 1)(layers.concatenate([wide, fine]))
    network = keras.Model(voxels, scores)

    def soft_dice(truth, probability):
        truth, probability = truth[..., 1:], probability[..., 1:]
        overlap = tf.reduce_sum(truth * probability, axis=[1, 2, 3])
        total = tf.reduce_sum(truth**2 + probability**2, axis=[1, 2, 3])
        return 1.0 - tf.reduce_mean((2.0 * overlap + SMOOTH) / (total + SMOOTH))

    def loss(model, batch, training=True):
        logits = model(tf.transpose(batch["volume"], [0, 2, 3, 4, 1]), training=training)
        truth = tf.one_hot(batch["organ"], CLASSES, dtype=logits.dtype)
        importance = tf.gather(tf.constant(CLASS_WEIGHTS, logits.dtype), batch["organ"])
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["organ"], logits=logits)
        crossentropy = tf.reduce_sum(importance * each) / tf.reduce_sum(importance)
        return crossentropy + soft_dice(truth, tf.nn.softmax(logits))

    return network, loss, SGD(0.05, momentum=0.9, weight_decay=1e-3)
