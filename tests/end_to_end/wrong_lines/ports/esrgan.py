"""Small pictures made large (ESRGAN): dense blocks with a small residual, a judge that compares real with made."""

PIXEL, ADVERSARIAL, BETA = 1.0, 0.3, 0.2
CHANNELS_FIRST = ("lq", "gt")


def batches(rng):
    for _ in range(5):
        gt = rng.uniform(size=(4, 3, 8, 8))
        yield {"gt": gt, "lq": gt.reshape(4, 3, 4, 2, 4, 2).mean(axis=(3, 5))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class ResidualDenseBlock(nn.Module):
        def __init__(self, num_feat=4, num_grow_ch=3):
            super().__init__()
            self.conv1 = nn.Conv2d(num_feat, num_grow_ch, 3, 1, 1)
            self.conv2 = nn.Conv2d(num_feat + num_grow_ch, num_grow_ch, 3, 1, 1)
            self.conv3 = nn.Conv2d(num_feat + 2 * num_grow_ch, num_feat, 3, 1, 1)
            self.lrelu = nn.LeakyReLU(negative_slope=0.2, inplace=True)

        def forward(self, x):
            x1 = self.lrelu(self.conv1(x))
            x2 = self.lrelu(self.conv2(torch.cat((x, x1), 1)))
            x3 = self.conv3(torch.cat((x, x1, x2), 1))
            return x3 * BETA + x

    class RRDBNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv_first = nn.Conv2d(3, 4, 3, 1, 1)
            self.body = nn.Sequential(ResidualDenseBlock(), ResidualDenseBlock())
            self.conv_body = nn.Conv2d(4, 4, 3, 1, 1)
            self.conv_up1 = nn.Conv2d(4, 4, 3, 1, 1)
            self.conv_last = nn.Conv2d(4, 3, 3, 1, 1)
            self.lrelu = nn.LeakyReLU(negative_slope=0.2, inplace=True)

        def forward(self, x):
            feat = self.conv_first(x)
            body_feat = self.conv_body(self.body(feat))
            feat = feat + body_feat
            feat = self.lrelu(self.conv_up1(F.interpolate(feat, scale_factor=2, mode="nearest")))
            return self.conv_last(feat)

    net_d = nn.Sequential(
        nn.Conv2d(3, 6, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2),
        nn.AdaptiveAvgPool2d(2),
        nn.Conv2d(6, 8, 2),
        nn.LeakyReLU(0.2),
        nn.Conv2d(8, 1, 1),
    )
    net_g = RRDBNet()

    def cri_gan(input, target_is_real):
        target = input.new_ones(input.size()) * float(target_is_real)
        return F.binary_cross_entropy_with_logits(input, target)

    def loss(model, batch):
        output = model["g"](batch["lq"])
        l_g_pix = F.l1_loss(output, batch["gt"])
        real_d_pred = model["d"](batch["gt"]).detach()
        fake_g_pred = model["d"](output)
        l_g_real = cri_gan(real_d_pred - torch.mean(fake_g_pred), False)
        l_g_fake = cri_gan(fake_g_pred - torch.mean(real_d_pred), True)
        return PIXEL * l_g_pix + ADVERSARIAL * (l_g_real + l_g_fake) / 2

    optimizers = {
        "g": torch.optim.Adam(net_g.parameters(), lr=0.005, betas=(0.9, 0.99)),
        "d": torch.optim.Adam(net_d.parameters(), lr=0.005, betas=(0.9, 0.99)),
    }
    return {"g": net_g, "d": net_d}, loss, optimizers


def torch_step(side, batch):
    import torch
    from torch.nn import functional as F

    net_g, net_d = side.model["g"], side.model["d"]
    for p in net_d.parameters():
        p.requires_grad = False
    side.optimizer["g"].zero_grad()
    l_g_total = side.loss(side.model, batch)
    l_g_total.backward()
    side.optimizer["g"].step()
    for p in net_d.parameters():
        p.requires_grad = True
    side.optimizer["d"].zero_grad()
    output = net_g(batch["lq"]).detach()
    fake_d_pred = net_d(output).detach()
    real_d_pred = net_d(batch["gt"])
    l_d_real = F.binary_cross_entropy_with_logits(real_d_pred - fake_d_pred.mean(), torch.ones_like(real_d_pred)) * 0.5
    l_d_real.backward()
    fake_d_pred = net_d(output)
    against = fake_d_pred - real_d_pred.detach().mean()
    l_d_fake = F.binary_cross_entropy_with_logits(against, torch.zeros_like(fake_d_pred)) * 0.5
    l_d_fake.backward()
    side.optimizer["d"].step()
    return l_g_total.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def conv(filters, kernel=3, activation=None, **kwargs):
        return layers.Conv2D(filters, kernel, padding="same", activation=activation, **kwargs)

    def leaky(x):
        return layers.LeakyReLU(negative_slope=0.2)(x)

    def rdb(x):
        x1 = leaky(conv(3)(x))
        x2 = leaky(conv(3)(layers.Concatenate()([x, x1])))
        x3 = conv(4)(layers.Concatenate()([x, x1, x2]))
        return layers.add([x, layers.Rescaling(BETA)(x3)])

    def generator():
        low = keras.Input((4, 4, 3))
        first = conv(4)(low)
        trunk = layers.add([first, conv(4)(rdb(rdb(first)))])
        up = leaky(conv(4)(layers.UpSampling2D(2, interpolation="nearest")(trunk)))
        return keras.Model(low, conv(3)(up))

    def discriminator():
        image = keras.Input((8, 8, 3))
        x = leaky(conv(6, 4, strides=2, use_bias=False)(image))
        x = leaky(layers.Conv2D(8, 2)(layers.AveragePooling2D(2)(x)))
        return keras.Model(image, layers.Conv2D(1, 1)(x))

    bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def loss(model, batch):
        hr, sr = batch["gt"], model["g"](batch["lq"])
        hr_output, sr_output = model["d"](hr), model["d"](sr)
        more_real = bce(tf.ones_like(sr_output), sr_output - tf.reduce_mean(hr_output))
        less_real = bce(tf.zeros_like(hr_output), hr_output - tf.reduce_mean(sr_output))
        adversarial = 0.5 * (more_real + less_real)
        return PIXEL * tf.reduce_mean(tf.abs(hr - sr)) + ADVERSARIAL * adversarial

    optimizers = {name: Adam(0.005, beta_2=0.99) for name in ("g", "d")}
    return {"g": generator(), "d": discriminator()}, loss, optimizers


def tf_step(side, batch):
    import tensorflow as tf

    d, hr = side.model["d"], batch["gt"]

    def relativistic(output, others, label):
        logits = output - tf.stop_gradient(tf.reduce_mean(others))
        labels = tf.fill(logits.shape, tf.cast(label, logits.dtype))
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))

    with tf.GradientTape() as tape:
        total = side.loss(side.model, batch)
    variables = side.model["g"].trainable_variables
    side.optimizer["g"].apply_gradients(zip(tape.gradient(total, variables), variables))
    sr = side.model["g"](batch["lq"])
    with tf.GradientTape() as tape:
        hr_output, sr_output = d(hr), d(sr)
        d_loss = 0.5 * (relativistic(hr_output, sr_output, 1.0) + relativistic(sr_output, hr_output, 0.0))
    side.optimizer["d"].apply_gradients(zip(tape.gradient(d_loss, d.trainable_variables), d.trainable_variables))
    return total
