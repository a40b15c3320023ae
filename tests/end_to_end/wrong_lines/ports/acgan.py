"""A GAN whose discriminator names the class too (AC-GAN): labels times noise, upsampled maps, two heads."""

import numpy as np

LATENT, CLASSES, CHANNELS, SIZE = 6, 3, 1, 8
CHANNELS_FIRST = ("imgs",)


def batches(rng):
    for _ in range(5):
        yield {
            "imgs": np.tanh(rng.normal(size=(5, CHANNELS, SIZE, SIZE))),
            "labels": rng.integers(0, CLASSES, size=5),
            "z": rng.normal(size=(5, LATENT)),
            "gen_labels": rng.integers(0, CLASSES, size=5),
        }


def torch_side():
    import torch
    from torch import nn

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.label_emb = nn.Embedding(CLASSES, LATENT)
            self.init_size = SIZE // 4
            self.l1 = nn.Sequential(nn.Linear(LATENT, 6 * self.init_size**2))
            self.conv_blocks = nn.Sequential(
                nn.BatchNorm2d(6),
                nn.Upsample(scale_factor=2),
                nn.Conv2d(6, 6, 3, stride=1, padding=1),
                nn.BatchNorm2d(6, 0.8),
                nn.LeakyReLU(0.2, inplace=True),
                nn.Upsample(scale_factor=2),
                nn.Conv2d(6, CHANNELS, 3, stride=1, padding=1),
                nn.Tanh(),
            )

        def forward(self, noise, labels):
            gen_input = torch.mul(self.label_emb(labels), noise)
            out = self.l1(gen_input)
            out = out.view(out.shape[0], 6, self.init_size, self.init_size)
            return self.conv_blocks(out)

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()

            def block(in_filters, out_filters):
                return [nn.Conv2d(in_filters, out_filters, 3, 2, 1), nn.LeakyReLU(0.2, inplace=True)]

            self.conv_blocks = nn.Sequential(*block(CHANNELS, 4), *block(4, 6))
            ds_size = SIZE // 4
            self.adv_layer = nn.Sequential(nn.Linear(6 * ds_size**2, 1), nn.Sigmoid())
            self.aux_layer = nn.Sequential(nn.Linear(6 * ds_size**2, CLASSES), nn.Softmax(dim=1))

        def forward(self, img):
            out = self.conv_blocks(img)
            out = out.view(out.shape[0], -1)
            return self.adv_layer(out), self.aux_layer(out)

    generator, discriminator = Generator(), Discriminator()

    def loss(model, batch):
        validity, _ = model["discriminator"](model["generator"](batch["z"], batch["gen_labels"]))
        return nn.functional.binary_cross_entropy(validity, torch.ones_like(validity))

    optimizers = {
        "generator": torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999)),
        "discriminator": torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.999)),
    }
    return {"generator": generator, "discriminator": discriminator}, loss, optimizers


def torch_step(side, batch):
    import torch

    generator, discriminator = side.model["generator"], side.model["discriminator"]
    adversarial_loss, auxiliary_loss = torch.nn.BCELoss(), torch.nn.CrossEntropyLoss()
    real_imgs, labels, gen_labels = batch["imgs"], batch["labels"], batch["gen_labels"]
    valid = torch.ones(len(labels), 1).to(real_imgs)
    fake = torch.zeros(len(labels), 1).to(real_imgs)
    side.optimizer["generator"].zero_grad()
    gen_imgs = generator(batch["z"], gen_labels)
    validity, pred_label = discriminator(gen_imgs)
    g_loss = 0.5 * (adversarial_loss(validity, valid) + auxiliary_loss(pred_label, gen_labels))
    g_loss.backward()
    side.optimizer["generator"].step()
    side.optimizer["discriminator"].zero_grad()
    real_pred, real_aux = discriminator(real_imgs)
    d_real_loss = (adversarial_loss(real_pred, valid) + auxiliary_loss(real_aux, labels)) / 2
    fake_pred, fake_aux = discriminator(gen_imgs.detach())
    d_fake_loss = (adversarial_loss(fake_pred, fake) + auxiliary_loss(fake_aux, gen_labels)) / 2
    d_loss = (d_real_loss + d_fake_loss) / 2
    d_loss.backward()
    side.optimizer["discriminator"].step()
    return d_loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d, Conv2d
    from tf_impl.optimizers import Adam

    def build_generator():
        noise, label = keras.Input((LATENT,)), keras.Input((), dtype="int64")
        seed = layers.Multiply()([noise, layers.Embedding(CLASSES, LATENT)(label)])
        x = layers.Dense(6 * (SIZE // 4) ** 2)(seed)
        x = layers.Permute((2, 3, 1))(layers.Reshape((6, SIZE // 4, SIZE // 4))(x))
        x = layers.UpSampling2D()(BatchNorm2d()(x))
        x = layers.Conv2D(6, kernel_size=3, padding="same")(x)
        x = BatchNorm2d(epsilon=0.8)(x)
        x = layers.UpSampling2D()(layers.LeakyReLU(negative_slope=0.2)(x))
        image = layers.Conv2D(CHANNELS, kernel_size=3, padding="same", activation="tanh")(x)
        return keras.Model([noise, label], image)

    def build_discriminator():
        image = x = keras.Input((SIZE, SIZE, CHANNELS))
        for filters in (4, 6):
            x = layers.LeakyReLU(negative_slope=0.2)(Conv2d(filters, 3, strides=2, padding=1)(x))
        features = layers.Flatten()(layers.Permute((3, 1, 2))(x))
        validity = layers.Dense(1, activation="sigmoid")(features)
        return keras.Model(image, [validity, layers.Dense(CLASSES, activation="softmax")(features)])

    nets = {"generator": build_generator(), "discriminator": build_discriminator()}

    def loss(model, batch, training=True):
        made = model["generator"]([batch["z"], batch["gen_labels"]], training=training)
        validity, _ = model["discriminator"](made, training=training)
        return -tf.reduce_mean(tf.math.log(validity))

    return nets, loss, {name: Adam(2e-3, beta_1=0.5) for name in nets}


def tf_step(side, batch):
    import keras
    import tensorflow as tf

    G, D = side.model["generator"], side.model["discriminator"]
    bce = keras.losses.BinaryCrossentropy()

    def cce(classes, named):
        # the reference takes the softmax of probabilities once more; Keras' own loss would see through it
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(classes, named))

    def judge(images, classes, real):
        validity, named = D(images, training=True)
        goal = tf.ones_like(validity) if real else tf.zeros_like(validity)
        return 0.5 * bce(goal, validity) + 0.5 * cce(classes, named)

    def minimise(name, tape, value):
        weights = side.model[name].trainable_variables
        side.optimizer[name].apply_gradients(zip(tape.gradient(value, weights), weights))

    with tf.GradientTape() as tape:
        made = G([batch["z"], batch["gen_labels"]], training=True)
        fooled = judge(made, batch["gen_labels"], real=True)
    minimise("generator", tape, fooled)
    with tf.GradientTape() as tape:
        on_real = judge(batch["imgs"], batch["labels"], real=True)
        on_made = judge(tf.stop_gradient(made), batch["gen_labels"], real=False)
        total = (on_real + on_made) / 2.0
    minimise("discriminator", tape, total)
    return total
