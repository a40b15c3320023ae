"""Light convolutions (MobileNetV3): each channel by itself, squeezed and excited, hard activations, a residual."""

CLASSES = 3
CHANNELS_FIRST = ("image",)


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(5, 3, 10, 10)), "label": rng.integers(0, CLASSES, size=5)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class SqueezeExcitation(nn.Module):
        def __init__(self, input_channels, squeeze_channels):
            super().__init__()
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
            self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)

        def forward(self, input):
            scale = F.relu(self.fc1(self.avgpool(input)))
            scale = F.hardsigmoid(self.fc2(scale))
            return scale * input

    def conv_bn(n_in, n_out, kernel, stride=1, groups=1, act=nn.Hardswish):
        block = [
            nn.Conv2d(n_in, n_out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
            nn.BatchNorm2d(n_out, eps=0.001, momentum=0.01),
        ]
        return nn.Sequential(*block, act()) if act else nn.Sequential(*block)

    class InvertedResidual(nn.Module):
        def __init__(self, n_in, expanded, n_out, stride):
            super().__init__()
            self.use_res_connect = stride == 1 and n_in == n_out
            self.block = nn.Sequential(
                conv_bn(n_in, expanded, 1),
                conv_bn(expanded, expanded, 3, stride, groups=expanded),
                SqueezeExcitation(expanded, 3),
                conv_bn(expanded, n_out, 1, act=None),
            )

        def forward(self, input):
            result = self.block(input)
            if self.use_res_connect:
                result += input
            return result

    class MobileNetV3(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(InvertedResidual(3, 6, 4, 2), InvertedResidual(4, 8, 4, 1))
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.classifier = nn.Sequential(nn.Linear(4, 8), nn.Hardswish(inplace=True), nn.Linear(8, CLASSES))

        def forward(self, x):
            return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))

    def loss(model, batch):
        return F.cross_entropy(model(batch["image"]), batch["label"], label_smoothing=0.1)

    model = MobileNetV3()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005, alpha=0.9, eps=0.0316, momentum=0.9)
    return model, loss, optimizer


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d
    from tf_impl.optimizers import RMSprop

    def hard_sigmoid(x):
        return layers.ReLU(6.0)(x + 3.0) * (1.0 / 6.0)

    def hard_swish(x):
        return layers.Multiply()([x, hard_sigmoid(x)])

    def normalise(x):
        return BatchNorm2d(epsilon=1e-3, momentum=0.01)(x)

    def se_block(inputs, filters, squeezed):
        x = layers.GlobalAveragePooling2D(keepdims=True)(inputs)
        x = layers.ReLU()(layers.Conv2D(squeezed, kernel_size=1, padding="same")(x))
        x = hard_sigmoid(layers.Conv2D(filters, kernel_size=1, padding="same")(x))
        return layers.Multiply()([inputs, x])

    def inverted_res_block(x, infilters, expanded, filters, stride):
        shortcut = x
        x = hard_swish(normalise(layers.Conv2D(expanded, 1, use_bias=False)(x)))
        if stride == 2:
            x = layers.ZeroPadding2D(((1, 1), (1, 1)))(x)
        padding = "same" if stride == 1 else "valid"
        x = hard_swish(normalise(layers.DepthwiseConv2D(3, strides=stride, padding=padding, use_bias=False)(x)))
        x = se_block(x, expanded, 3)
        x = normalise(layers.Conv2D(filters, 1, use_bias=False)(x))
        return layers.Add()([shortcut, x]) if stride == 1 and infilters == filters else x

    image = keras.Input((10, 10, 3))
    x = inverted_res_block(image, 3, 6, 4, 2)
    x = inverted_res_block(x, 4, 8, 4, 1)
    x = hard_swish(layers.Dense(8)(layers.GlobalAveragePooling2D()(x)))
    model = keras.Model(image, layers.Dense(CLASSES)(x))
    criterion = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)

    def loss(model, batch, training):
        logits = model(batch["image"], training=training)
        return criterion(tf.one_hot(batch["label"], CLASSES), logits)

    return model, loss, RMSprop(0.005, alpha=0.9, epsilon=0.0316, momentum=0.9)
