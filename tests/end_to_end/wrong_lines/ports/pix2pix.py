"""From picture to picture (pix2pix): a net with skips, patches judged with their source, absolute distances."""

LAMBDA = 10.0
CHANNELS_FIRST = ("a", "b")


def batches(rng):
    for _ in range(4):
        yield {"a": rng.normal(size=(4, 2, 8, 8)), "b": rng.uniform(-1, 1, size=(4, 2, 8, 8))}


def torch_side():
    import torch
    from torch import nn

    class UnetSkipConnectionBlock(nn.Module):
        def __init__(self, outer_nc, inner_nc, submodule=None, outermost=False, innermost=False):
            super().__init__()
            self.outermost = outermost
            downconv = nn.Conv2d(outer_nc, inner_nc, kernel_size=4, stride=2, padding=1, bias=False)
            upconv = nn.ConvTranspose2d(
                inner_nc if innermost else inner_nc * 2, outer_nc, kernel_size=4, stride=2, padding=1, bias=outermost
            )
            uprelu = nn.ReLU(True)
            if outermost:
                model = [downconv, submodule, uprelu, upconv, nn.Tanh()]
            elif innermost:
                model = [nn.LeakyReLU(0.2, True), downconv, uprelu, upconv, nn.BatchNorm2d(outer_nc)]
            self.model = nn.Sequential(*model)

        def forward(self, x):
            if self.outermost:
                return self.model(x)
            return torch.cat([x, self.model(x)], 1)

    net_g = UnetSkipConnectionBlock(2, 4, UnetSkipConnectionBlock(4, 6, innermost=True), outermost=True)
    net_d = nn.Sequential(
        nn.Conv2d(4, 4, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2, True),
        nn.Conv2d(4, 6, kernel_size=4, stride=1, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.LeakyReLU(0.2, True),
        nn.Conv2d(6, 1, kernel_size=4, stride=1, padding=1),
    )
    criterion_l1, criterion_gan = nn.L1Loss(), nn.BCEWithLogitsLoss()

    def loss(model, batch):
        fake_b = model["g"](batch["a"])
        pred_fake = model["d"](torch.cat((batch["a"], fake_b), 1))
        loss_g_gan = criterion_gan(pred_fake, torch.ones_like(pred_fake))
        loss_g_l1 = criterion_l1(fake_b, batch["b"]) * LAMBDA
        return loss_g_gan + loss_g_l1

    optimizers = {
        "g": torch.optim.Adam(net_g.parameters(), lr=0.002, betas=(0.5, 0.999)),
        "d": torch.optim.Adam(net_d.parameters(), lr=0.002, betas=(0.5, 0.999)),
    }
    return {"g": net_g, "d": net_d}, loss, optimizers


def torch_step(side, batch):
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as criterion

    net_g, net_d = side.model["g"], side.model["d"]
    fake_b = net_g(batch["a"])
    side.optimizer["d"].zero_grad()
    pred_fake = net_d(torch.cat((batch["a"], fake_b), 1).detach())
    pred_real = net_d(torch.cat((batch["a"], batch["b"]), 1))
    loss_d_fake = criterion(pred_fake, torch.zeros_like(pred_fake))
    loss_d_real = criterion(pred_real, torch.ones_like(pred_real))
    loss_d = (loss_d_fake + loss_d_real) * 0.5
    loss_d.backward()
    side.optimizer["d"].step()
    side.optimizer["g"].zero_grad()
    pred_fake = net_d(torch.cat((batch["a"], fake_b), 1))
    loss_g = criterion(pred_fake, torch.ones_like(pred_fake)) + torch.nn.functional.l1_loss(fake_b, batch["b"]) * LAMBDA
    loss_g.backward()
    side.optimizer["g"].step()
    return loss_d.detach()


def tf_side():
    import keras
    from keras import layers

    from tf_impl.layers import BatchNorm2d
    from tf_impl.optimizers import Adam

    def downsample(filters, use_bias=False):
        return layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=use_bias)

    def upsample(filters, use_bias=False):
        return layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=use_bias)

    def make_generator():
        inputs = keras.Input((8, 8, 2))
        skip = layers.LeakyReLU(negative_slope=0.2)(downsample(4)(inputs))
        x = layers.ReLU()(downsample(6)(skip))
        x = BatchNorm2d()(upsample(4)(x))
        x = layers.ReLU()(layers.Concatenate()([skip, x]))
        return keras.Model(inputs, layers.Activation("tanh")(upsample(2, use_bias=True)(x)))

    def make_discriminator():
        inp, tar = keras.Input((8, 8, 2), name="input_image"), keras.Input((8, 8, 2), name="target_image")
        x = layers.concatenate([inp, tar])
        x = layers.LeakyReLU(negative_slope=0.2)(downsample(4, use_bias=True)(x))
        x = layers.Conv2D(6, 4, strides=1, use_bias=False)(layers.ZeroPadding2D()(x))
        x = layers.LeakyReLU(negative_slope=0.2)(BatchNorm2d()(x))
        return keras.Model([inp, tar], layers.Conv2D(1, 4, strides=1)(layers.ZeroPadding2D()(x)))

    generator_loss, _ = tf_losses()

    def loss(model, batch, training):
        made = model["g"](batch["a"], training=training)
        return generator_loss(model["d"]([batch["a"], made], training=training), made, batch["b"])

    optimizers = {"g": Adam(0.002, beta_1=0.5), "d": Adam(0.002, beta_1=0.5)}
    return {"g": make_generator(), "d": make_discriminator()}, loss, optimizers


def tf_losses():
    import keras
    import tensorflow as tf

    bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def generator_loss(disc_generated_output, gen_output, target):
        gan_loss = bce(tf.ones_like(disc_generated_output), disc_generated_output)
        l1_loss = tf.reduce_mean(tf.abs(target - gen_output))
        return gan_loss + LAMBDA * l1_loss

    def discriminator_loss(disc_real_output, disc_generated_output):
        real_loss = bce(tf.ones_like(disc_real_output), disc_real_output)
        generated_loss = bce(tf.zeros_like(disc_generated_output), disc_generated_output)
        return 0.5 * (real_loss + generated_loss)

    return generator_loss, discriminator_loss


def tf_step(side, batch):
    import tensorflow as tf

    generator, discriminator = side.model["g"], side.model["d"]
    generator_loss, discriminator_loss = tf_losses()
    source, target = batch["a"], batch["b"]
    with tf.GradientTape() as gen_tape:
        made = generator(source, training=True)
        with tf.GradientTape() as disc_tape:
            made_output = discriminator([source, tf.stop_gradient(made)], training=True)
            real_output = discriminator([source, target], training=True)
            disc_loss = discriminator_loss(real_output, made_output)
        variables = discriminator.trainable_variables
        side.optimizer["d"].apply_gradients(zip(disc_tape.gradient(disc_loss, variables), variables))
        judged = discriminator([source, made], training=True)
        gen_loss = generator_loss(judged, made, target)
    variables = generator.trainable_variables
    side.optimizer["g"].apply_gradients(zip(gen_tape.gradient(gen_loss, variables), variables))
    return disc_loss
