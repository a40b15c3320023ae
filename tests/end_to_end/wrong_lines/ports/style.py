"""Style transfer: a small network paints; Gram matrices of two depths, a content loss and total variation judge it."""

CONTENT, STYLE, VARIATION = 1.0, 30.0, 0.1
CHANNELS_FIRST = ("photo", "painting")


def batches(rng):
    for _ in range(5):
        yield {"photo": rng.normal(size=(4, 3, 6, 6)), "painting": rng.normal(size=(4, 3, 6, 6))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Features(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 5, 3, padding=1)
            self.conv2 = nn.Conv2d(5, 7, 3, padding=1)

        def forward(self, x):
            relu1 = F.relu(self.conv1(x))
            relu2 = F.relu(self.conv2(F.max_pool2d(relu1, 2)))
            return relu1, relu2

    def gram_matrix(y):
        b, ch, h, w = y.size()
        features = y.view(b, ch, w * h)
        gram = features.bmm(features.transpose(1, 2))
        return gram / (ch * h * w)

    def total_variation(y):
        b, ch, h, w = y.size()
        tv_height = torch.abs(y[:, :, 1:, :] - y[:, :, :-1, :]).sum()
        tv_width = torch.abs(y[:, :, :, 1:] - y[:, :, :, :-1]).sum()
        return (tv_height + tv_width) / (b * ch * h * w)

    def loss(model, batch):
        made = model["painter"](batch["photo"])
        features_y = model["vgg"](made)
        features_x = model["vgg"](batch["photo"])
        features_style = model["vgg"](batch["painting"])
        content_loss = CONTENT * F.mse_loss(features_y[1], features_x[1])
        style_loss = 0.0
        for ft_y, ft_s in zip(features_y, features_style, strict=True):
            style_loss = style_loss + F.mse_loss(gram_matrix(ft_y), gram_matrix(ft_s))
        return content_loss + STYLE * style_loss + VARIATION * total_variation(made)

    painter = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), nn.Conv2d(4, 3, 3, padding=1))
    vgg = Features().requires_grad_(False)
    return {"painter": painter, "vgg": vgg}, loss, torch.optim.Adam(painter.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def gram(layer):
        _, height, width, filters = layer.shape
        grams = tf.einsum("bijc,bijd->bcd", layer, layer)
        return grams / (height * width * filters)

    def style_error(made, wanted):
        difference = gram(made) - gram(wanted)
        return 2 * tf.nn.l2_loss(difference) / tf.cast(tf.size(difference), difference.dtype)

    def smoothness(image):
        return tf.reduce_sum(tf.image.total_variation(image)) / tf.cast(tf.size(image), image.dtype)

    def loss(model, batch):
        image = model["painter"](batch["photo"])
        shallow, deep = model["vgg"](image)
        _, content = model["vgg"](batch["photo"])
        style_shallow, style_deep = model["vgg"](batch["painting"])
        content_loss = tf.reduce_mean(tf.square(deep - content))
        style_loss = style_error(shallow, style_shallow) + style_error(deep, style_deep)
        return CONTENT * content_loss + STYLE * style_loss + VARIATION * smoothness(image)

    painter = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, padding="same", activation="tanh"),
            layers.Conv2D(3, 3, padding="same"),
        ]
    )
    inputs = keras.Input((6, 6, 3))
    block1 = layers.Conv2D(5, 3, padding="same", activation="relu")(inputs)
    block2 = layers.Conv2D(7, 3, padding="same", activation="relu")(layers.MaxPooling2D(2)(block1))
    vgg = keras.Model(inputs, [block1, block2])
    vgg.trainable = False
    return {"painter": painter, "vgg": vgg}, loss, Adam(0.01)
