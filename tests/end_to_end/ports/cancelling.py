"""A critic of two batches, apart in PyTorch and as one in Keras: the gradient of its last bias is rounding only."""


def batches(rng):
    for _ in range(6):
        yield {"real": rng.normal(1.0, 0.5, size=(7, 4)), "fake": rng.normal(size=(7, 4))}


def torch_side():
    import torch
    from torch import nn

    critic = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))

    def loss(critic, batch):
        apart = critic(batch["fake"]) - critic(batch["real"])
        return torch.sin(apart).mean()

    return critic, loss, torch.optim.RMSprop(critic.parameters(), lr=1e-2)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RMSprop

    critic = keras.Sequential([keras.Input((4,)), layers.Dense(6, activation="tanh"), layers.Dense(3)])

    def loss(critic, batch):
        scores = critic(tf.concat([batch["real"], batch["fake"]], axis=0))
        real, fake = tf.split(scores, 2)
        return tf.reduce_mean(tf.sin(fake - real))

    return critic, loss, RMSprop(1e-2)
