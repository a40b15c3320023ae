"""A Wasserstein GAN with a gradient penalty: the critic moves first, then the generator against the new critic."""

PENALTY, RATE = 10.0, 0.05


def batches(rng):
    for _ in range(6):
        yield {
            "real": rng.normal(size=(8, 3)) + 1.0,
            "noise": rng.normal(size=(8, 2)),
            "mix": rng.uniform(size=(8, 1)),
        }


def torch_side():
    import torch
    from torch import nn

    critic = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
    generator = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))

    def loss(model, batch):
        return model["critic"](model["generator"](batch["noise"])).mean() - model["critic"](batch["real"]).mean()

    optimizers = {name: torch.optim.SGD(net.parameters(), RATE) for name, net in (("c", critic), ("g", generator))}
    return {"critic": critic, "generator": generator}, loss, optimizers


def penalty_of(critic, real, fake, mix):
    import torch

    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    scores = critic(between)
    [slope] = torch.autograd.grad(scores, between, torch.ones_like(scores), create_graph=True)
    norm = torch.sqrt((slope**2).sum(dim=1) + 1e-6)
    return ((norm - 1) ** 2).mean()


def torch_step(side, batch):
    critic, generator = side.model["critic"], side.model["generator"]
    fake = generator(batch["noise"])
    c_loss = critic(fake.detach()).mean() - critic(batch["real"]).mean()
    c_loss = c_loss + PENALTY * penalty_of(critic, batch["real"], fake.detach(), batch["mix"])
    side.optimizer["c"].zero_grad()
    c_loss.backward()
    side.optimizer["c"].step()
    g_loss = -critic(fake).mean()
    side.optimizer["g"].zero_grad()
    g_loss.backward()
    side.optimizer["g"].step()
    return c_loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def network(into, out):
        return keras.Sequential([keras.Input((into,)), layers.Dense(8), layers.Activation("tanh"), layers.Dense(out)])

    def loss(model, batch):
        made = model["generator"](batch["noise"])
        return tf.reduce_mean(model["critic"](made)) - tf.reduce_mean(model["critic"](batch["real"]))

    return {"critic": network(3, 1), "generator": network(2, 3)}, loss, {"c": SGD(RATE), "g": SGD(RATE)}


def tf_step(side, batch):
    import tensorflow as tf

    critic, generator = side.model["critic"], side.model["generator"]
    with tf.GradientTape() as tape:
        made = generator(batch["noise"])
        value = tf.reduce_mean(critic(made)) - tf.reduce_mean(critic(batch["real"]))
        points = made + batch["mix"] * (batch["real"] - made)
        with tf.GradientTape() as inner:
            inner.watch(points)
            judged = critic(points)
        steepness = inner.gradient(judged, points)
        length = tf.sqrt(tf.reduce_sum(steepness**2, axis=1) + 1e-6)
        value += PENALTY * tf.reduce_mean((length - 1) ** 2)
    weights = critic.trainable_variables
    side.optimizer["c"].apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
    with tf.GradientTape() as tape:
        deceived = -tf.reduce_mean(critic(generator(batch["noise"])))
    weights = generator.trainable_variables
    side.optimizer["g"].apply_gradients(zip(tape.gradient(deceived, weights), weights, strict=True))
    return value
