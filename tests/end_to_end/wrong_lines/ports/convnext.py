"""Convolutions like a transformer (ConvNeXt): wide ones by channel, layer norm on channels, a scale for each branch."""

CLASSES, DEPTHS = 3, 2
CHANNELS_FIRST = ("image",)
WEIGHTS = {f"scale_{k}.gamma": f"blocks.{k}.gamma" for k in range(DEPTHS)}


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(4, 3, 12, 12)), "label": rng.integers(0, CLASSES, size=4)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class LayerNorm(nn.Module):
        def __init__(self, normalized_shape, eps=1e-6):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(normalized_shape))
            self.bias = nn.Parameter(torch.zeros(normalized_shape))
            self.eps = eps

        def forward(self, x):
            u = x.mean(1, keepdim=True)
            s = (x - u).pow(2).mean(1, keepdim=True)
            x = (x - u) / torch.sqrt(s + self.eps)
            return self.weight[:, None, None] * x + self.bias[:, None, None]

    class Block(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.dwconv = nn.Conv2d(dim, dim, kernel_size=5, padding=2, groups=dim)
            self.norm = nn.LayerNorm(dim, eps=1e-6)
            self.pwconv1 = nn.Linear(dim, 2 * dim)
            self.act = nn.GELU()
            self.pwconv2 = nn.Linear(2 * dim, dim)
            self.gamma = nn.Parameter(torch.full((dim,), 0.5))

        def forward(self, x):
            input = x
            x = self.dwconv(x)
            x = x.permute(0, 2, 3, 1)
            x = self.norm(x)
            x = self.pwconv2(self.act(self.pwconv1(x)))
            x = self.gamma * x
            return input + x.permute(0, 3, 1, 2)

    class ConvNeXt(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 6, kernel_size=2, stride=2), LayerNorm(6))
            self.blocks = nn.Sequential(*[Block(6) for _ in range(DEPTHS)])
            self.downsample = nn.Sequential(LayerNorm(6), nn.Conv2d(6, 8, kernel_size=2, stride=2))
            self.norm = nn.LayerNorm(8, eps=1e-6)
            self.head = nn.Linear(8, CLASSES)

        def forward(self, x):
            x = self.downsample(self.blocks(self.stem(x)))
            return self.head(self.norm(x.mean([-2, -1])))

    def loss(model, batch):
        return F.cross_entropy(model(batch["image"]), batch["label"])

    model = ConvNeXt()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.004, weight_decay=0.05)


def tf_side():
    import keras
    from keras import layers

    from tf_impl.optimizers import AdamW

    class LayerScale(layers.Layer):
        def build(self, shape):
            start = keras.initializers.Constant(0.5)
            self.gamma = self.add_weight(shape=(shape[-1],), initializer=start, name="gamma")

        def call(self, x):
            return x * self.gamma

    def normalise(x, name):
        return layers.LayerNormalization(epsilon=1e-6, name=name)(x)

    def block(inputs, number):
        x = layers.Conv2D(6, kernel_size=5, padding="same", groups=6, name=f"depthwise_{number}")(inputs)
        x = normalise(x, f"norm_{number}")
        x = layers.Dense(12, name=f"pointwise_{number}_a")(x)
        x = layers.Activation(keras.activations.gelu)(x)
        x = layers.Dense(6, name=f"pointwise_{number}_b")(x)
        return layers.Add()([inputs, LayerScale(name=f"scale_{number}")(x)])

    image = keras.Input((12, 12, 3))
    x = normalise(layers.Conv2D(6, kernel_size=2, strides=2, name="stem")(image), "stem_norm")
    for number in range(DEPTHS):
        x = block(x, number)
    x = layers.Conv2D(8, kernel_size=2, strides=2, name="down")(normalise(x, "down_norm"))
    x = normalise(layers.GlobalAveragePooling2D()(x), "head_norm")
    model = keras.Model(image, layers.Dense(CLASSES, name="head")(x))
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return model, lambda model, batch: criterion(batch["label"], model(batch["image"])), AdamW(0.004, weight_decay=0.05)
