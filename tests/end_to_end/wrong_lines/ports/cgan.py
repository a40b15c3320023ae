"""A GAN that is told the class (eriklindernoren/PyTorch-GAN, cgan): least squares, both players from the same fakes."""

import numpy as np

CLASSES, NOISE, PIXELS = 3, 4, 9


def batches(rng):
    for _ in range(5):
        labels, wanted = rng.integers(0, CLASSES, size=(2, 8))
        images = np.tanh(rng.normal(size=(8, PIXELS)) + labels[:, None])
        yield {"images": images, "labels": labels, "noise": rng.normal(size=(8, NOISE)), "wanted": wanted}


def torch_side():
    import torch
    import torch.nn as nn

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.label_emb = nn.Embedding(CLASSES, CLASSES)

            def block(in_feat, out_feat, normalize=True):
                layers = [nn.Linear(in_feat, out_feat)]
                if normalize:
                    layers.append(nn.BatchNorm1d(out_feat, 0.8))
                layers.append(nn.LeakyReLU(0.2, inplace=True))
                return layers

            self.model = nn.Sequential(
                *block(NOISE + CLASSES, 8, normalize=False), *block(8, 10), nn.Linear(10, PIXELS), nn.Tanh()
            )

        def forward(self, noise, labels):
            gen_input = torch.cat((self.label_emb(labels), noise), -1)
            return self.model(gen_input)

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.label_embedding = nn.Embedding(CLASSES, CLASSES)
            self.model = nn.Sequential(nn.Linear(CLASSES + PIXELS, 8), nn.LeakyReLU(0.2, inplace=True), nn.Linear(8, 1))

        def forward(self, img, labels):
            return self.model(torch.cat((img, self.label_embedding(labels)), -1))

    generator, discriminator = Generator(), Discriminator()

    def loss(model, batch):
        fakes = model["generator"](batch["noise"], batch["wanted"])
        return ((model["discriminator"](fakes, batch["wanted"]) - 1) ** 2).mean()

    options = {"lr": 2e-3, "betas": (0.5, 0.999)}
    return (
        {"generator": generator, "discriminator": discriminator},
        loss,
        {
            "generator": torch.optim.Adam(generator.parameters(), **options),
            "discriminator": torch.optim.Adam(discriminator.parameters(), **options),
        },
    )


def torch_step(side, batch):
    import torch

    generator, discriminator = side.model["generator"], side.model["discriminator"]
    optimizer_G, optimizer_D = side.optimizer["generator"], side.optimizer["discriminator"]
    adversarial_loss = torch.nn.MSELoss()
    valid = torch.ones_like(batch["images"][:, :1])
    fake = torch.zeros_like(valid)
    labels, gen_labels = batch["labels"], batch["wanted"]
    # Train Generator
    optimizer_G.zero_grad()
    gen_imgs = generator(batch["noise"], gen_labels)
    g_loss = adversarial_loss(discriminator(gen_imgs, gen_labels), valid)
    g_loss.backward()
    optimizer_G.step()
    # Train Discriminator
    optimizer_D.zero_grad()
    d_real_loss = adversarial_loss(discriminator(batch["images"], labels), valid)
    d_fake_loss = adversarial_loss(discriminator(gen_imgs.detach(), gen_labels), fake)
    d_loss = (d_real_loss + d_fake_loss) / 2
    d_loss.backward()
    optimizer_D.step()
    return d_loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import Adam

    def leaky():
        return layers.LeakyReLU(negative_slope=0.2)

    def make_generator():
        noise, label = keras.Input((NOISE,)), keras.Input((), dtype="int64")
        x = layers.Concatenate()([layers.Embedding(CLASSES, CLASSES)(label), noise])
        x = leaky()(layers.Dense(8)(x))
        x = layers.Dense(10)(x)
        x = leaky()(BatchNorm1d(epsilon=0.8)(x))
        return keras.Model([noise, label], layers.Dense(PIXELS, activation="tanh")(x))

    def make_discriminator():
        image, label = keras.Input((PIXELS,)), keras.Input((), dtype="int64")
        x = layers.Concatenate()([image, layers.Embedding(CLASSES, CLASSES)(label)])
        return keras.Model([image, label], layers.Dense(1)(leaky()(layers.Dense(8)(x))))

    def loss(model, batch, training=True):
        fakes = model["generator"]([batch["noise"], batch["wanted"]], training=training)
        return tf.reduce_mean(tf.square(model["discriminator"]([fakes, batch["wanted"]]) - 1.0))

    model = {"generator": make_generator(), "discriminator": make_discriminator()}
    return model, loss, {"generator": Adam(2e-3, beta_1=0.5), "discriminator": Adam(2e-3, beta_1=0.5)}


def tf_step(side, batch):
    import tensorflow as tf

    make, judge = side.model["generator"], side.model["discriminator"]
    wanted = batch["wanted"]

    def least_squares(score, goal):
        return tf.reduce_mean(tf.math.squared_difference(score, goal))

    with tf.GradientTape() as tape:
        fakes = make([batch["noise"], wanted], training=True)
        fooled = least_squares(judge([fakes, wanted], training=True), 1.0)
    variables = make.trainable_variables
    side.optimizer["generator"].apply_gradients(zip(tape.gradient(fooled, variables), variables))
    fakes = tf.stop_gradient(fakes)
    with tf.GradientTape() as tape:
        on_real = least_squares(judge([batch["images"], batch["labels"]], training=True), 1.0)
        on_fake = least_squares(judge([fakes, wanted], training=True), 0.0)
        judged = 0.5 * (on_real + on_fake)
    variables = judge.trainable_variables
    side.optimizer["discriminator"].apply_gradients(zip(tape.gradient(judged, variables), variables))
    return judged
