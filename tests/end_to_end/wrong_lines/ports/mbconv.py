"""A block of EfficientNet (lukemelas/EfficientNet-PyTorch): expansion, depthwise convolution, excitation."""

CHANNELS_FIRST = ("inputs",)
SIZE, EXPANDED, CLASSES = 6, 6, 3


def batches(rng):
    for _ in range(5):
        yield {"inputs": rng.normal(size=(6, 3, SIZE, SIZE)), "targets": rng.integers(0, CLASSES, size=6)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class MBConvBlock(nn.Module):
        def __init__(self):
            super().__init__()
            bn = {"momentum": 0.01, "eps": 1e-3}
            self._expand_conv = nn.Conv2d(3, EXPANDED, kernel_size=1, bias=False)
            self._bn0 = nn.BatchNorm2d(EXPANDED, **bn)
            self._depthwise_conv = nn.Conv2d(EXPANDED, EXPANDED, 3, stride=2, padding=1, groups=EXPANDED, bias=False)
            self._bn1 = nn.BatchNorm2d(EXPANDED, **bn)
            self._se_reduce = nn.Conv2d(EXPANDED, 2, kernel_size=1)
            self._se_expand = nn.Conv2d(2, EXPANDED, kernel_size=1)
            self._project_conv = nn.Conv2d(EXPANDED, 5, kernel_size=1, bias=False)
            self._bn2 = nn.BatchNorm2d(5, **bn)
            self._fc = nn.Linear(5, CLASSES)

        def forward(self, inputs):
            x = F.silu(self._bn0(self._expand_conv(inputs)))
            x = F.silu(self._bn1(self._depthwise_conv(x)))
            x_squeezed = F.adaptive_avg_pool2d(x, 1)
            x_squeezed = self._se_expand(F.silu(self._se_reduce(x_squeezed)))
            x = torch.sigmoid(x_squeezed) * x
            x = self._bn2(self._project_conv(x))
            return self._fc(x.mean(dim=(2, 3)))

    def loss(model, batch):
        return F.cross_entropy(model(batch["inputs"]), batch["targets"])

    model = MBConvBlock()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=2e-3, alpha=0.9, eps=1e-3, momentum=0.9)
    return model, loss, optimizer


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d
    from tf_impl.optimizers import RMSprop

    def norm(x, activation=None):
        x = BatchNorm2d(momentum=0.01, epsilon=1e-3)(x)
        return layers.Activation(activation)(x) if activation else x

    def excited(x):
        pooled = layers.GlobalAveragePooling2D(keepdims=True)(x)
        gate = layers.Conv2D(2, 1, activation="silu")(pooled)
        gate = layers.Conv2D(EXPANDED, 1, activation="sigmoid")(gate)
        return layers.Multiply()([x, gate])

    image = keras.Input((SIZE, SIZE, 3))
    x = norm(layers.Conv2D(EXPANDED, 1, use_bias=False)(image), "silu")
    x = layers.ZeroPadding2D(((1, 0), (1, 0)))(x)
    x = norm(layers.DepthwiseConv2D(3, strides=2, use_bias=False)(x), "silu")
    x = norm(layers.Conv2D(5, 1, use_bias=False)(excited(x)))
    model = keras.Model(image, layers.Dense(CLASSES)(layers.GlobalAveragePooling2D()(x)))

    def loss(model, batch, training=True):
        logits = model(batch["inputs"], training=training)
        return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(batch["targets"], logits, from_logits=True))

    return model, loss, RMSprop(2e-3, alpha=0.9, epsilon=1e-3, momentum=0.9)
