"""A GAN in equilibrium (BEGAN): an autoencoder tells real from made, a balance kept by a controlled weight."""

GAMMA, LAMBDA_K = 0.6, 0.05


def batches(rng):
    for _ in range(6):
        yield {"real": rng.normal(size=(8, 4)) + 0.5, "z": rng.uniform(-1, 1, size=(8, 3))}


WEIGHTS = {"d.balance": "d.k"}


def torch_side():
    import torch
    from torch import nn

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(4, 3), nn.ELU())
            self.decoder = nn.Linear(3, 4)
            self.register_buffer("k", torch.tensor(0.1))

        def forward(self, x):
            return self.decoder(self.encoder(x))

    netd = Discriminator()
    netg = nn.Sequential(nn.Linear(3, 6), nn.ELU(), nn.Linear(6, 4))

    def loss(model, batch):
        return torch.abs(model["d"](batch["real"]) - batch["real"]).mean()

    optimizers = {
        "d": torch.optim.Adam(netd.parameters(), lr=1e-2, betas=(0.5, 0.999)),
        "g": torch.optim.Adam(netg.parameters(), lr=1e-2, betas=(0.5, 0.999)),
    }
    return {"d": netd, "g": netg}, loss, optimizers


def torch_step(side, batch):
    import torch

    netd, netg = side.model["d"], side.model["g"]
    real = batch["real"]
    side.optimizer["d"].zero_grad()
    fake = netg(batch["z"])
    errd_real = torch.mean(torch.abs(netd(real) - real))
    errd_fake = torch.mean(torch.abs(netd(fake.detach()) - fake.detach()))
    errd = errd_real - netd.k * errd_fake
    errd.backward()
    side.optimizer["d"].step()

    side.optimizer["g"].zero_grad()
    fake = netg(batch["z"])
    errg = torch.mean(torch.abs(netd(fake) - fake))
    errg.backward()
    side.optimizer["g"].step()

    balance = (GAMMA * errd_real - errg).detach()
    netd.k.copy_(torch.clamp(netd.k + LAMBDA_K * balance, 0, 1))
    return (errd_real + torch.abs(balance)).detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Autoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.code = layers.Dense(3, activation="elu")
            self.back = layers.Dense(4)
            self.balance = self.add_weight(
                shape=(), initializer=keras.initializers.Constant(0.1), trainable=False, name="balance"
            )

        def call(self, x):
            return self.back(self.code(x))

    generator = keras.Sequential([keras.Input((3,)), layers.Dense(6, activation="elu"), layers.Dense(4)])

    def loss(model, batch):
        return tf.reduce_mean(tf.abs(model["d"](batch["real"]) - batch["real"]))

    return {"d": Autoencoder(), "g": generator}, loss, {"d": Adam(1e-2, beta_1=0.5), "g": Adam(1e-2, beta_1=0.5)}


def tf_step(side, batch):
    import tensorflow as tf

    critic, generator = side.model["d"], side.model["g"]

    def reconstruction(x):
        return tf.reduce_mean(tf.abs(x - critic(x)))

    made = generator(batch["z"])
    with tf.GradientTape() as tape:
        real_loss = reconstruction(batch["real"])
        critic_loss = real_loss - critic.balance * reconstruction(made)
    gradients = tape.gradient(critic_loss, critic.trainable_variables)
    side.optimizer["d"].apply_gradients(zip(gradients, critic.trainable_variables))

    with tf.GradientTape() as tape:
        made_loss = reconstruction(generator(batch["z"]))
    gradients = tape.gradient(made_loss, generator.trainable_variables)
    side.optimizer["g"].apply_gradients(zip(gradients, generator.trainable_variables))

    apart = GAMMA * real_loss - made_loss
    critic.balance.assign(tf.clip_by_value(critic.balance + LAMBDA_K * apart, 0.0, 1.0))
    return real_loss + tf.abs(apart)
