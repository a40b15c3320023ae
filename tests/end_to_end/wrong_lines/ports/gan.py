"""A GAN with one-sided label smoothing and a non-saturating generator; discriminator first."""

SMOOTH, RATE = 0.9, 0.1


def batches(rng):
    for _ in range(6):
        yield {"real": rng.normal(size=(10, 3)) + 1.0, "z": rng.normal(size=(10, 2))}


def torch_side():
    import torch
    from torch import nn

    netd = nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.25), nn.Linear(8, 1))
    netg = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))

    def loss(model, batch):
        return -model["d"](model["g"](batch["z"])).mean()

    optimizers = {"d": torch.optim.SGD(netd.parameters(), RATE), "g": torch.optim.SGD(netg.parameters(), RATE)}
    return {"d": netd, "g": netg}, loss, optimizers


def torch_step(side, batch):
    import torch

    criterion = torch.nn.BCEWithLogitsLoss()
    netd, netg = side.model["d"], side.model["g"]
    netd.zero_grad()
    out_real = netd(batch["real"])
    errd_real = criterion(out_real, torch.full_like(out_real, SMOOTH))
    fake = netg(batch["z"])
    out_fake = netd(fake.detach())
    errd_fake = criterion(out_fake, torch.zeros_like(out_fake))
    errd = errd_real + errd_fake
    errd.backward()
    side.optimizer["d"].step()
    netg.zero_grad()
    output = netd(fake)
    errg = criterion(output, torch.ones_like(output))
    errg.backward()
    side.optimizer["g"].step()
    return errd.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    netd = keras.Sequential([keras.Input((3,)), layers.Dense(8), layers.LeakyReLU(0.25), layers.Dense(1)])
    netg = keras.Sequential([keras.Input((2,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(3)])

    def loss(model, batch):
        return -tf.reduce_mean(model["d"](model["g"](batch["z"])))

    return {"d": netd, "g": netg}, loss, {"d": SGD(RATE), "g": SGD(RATE)}


def tf_step(side, batch):
    import tensorflow as tf

    def entropy(labels, logits):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))

    discriminator, generator = side.model["d"], side.model["g"]
    with tf.GradientTape() as d_tape:
        real_logits = discriminator(batch["real"])
        fake_logits = discriminator(generator(batch["z"]))
        real_loss = entropy(SMOOTH * tf.ones_like(real_logits), real_logits)
        fake_loss = entropy(tf.zeros_like(fake_logits), fake_logits)
        d_loss = real_loss + fake_loss
    grads = d_tape.gradient(d_loss, discriminator.trainable_variables)
    side.optimizer["d"].apply_gradients(zip(grads, discriminator.trainable_variables, strict=True))
    with tf.GradientTape() as g_tape:
        logits = discriminator(generator(batch["z"]))
        g_loss = entropy(tf.ones_like(logits), logits)
    grads = g_tape.gradient(g_loss, generator.trainable_variables)
    side.optimizer["g"].apply_gradients(zip(grads, generator.trainable_variables, strict=True))
    return d_loss
