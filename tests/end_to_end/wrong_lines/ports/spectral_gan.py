"""A GAN with spectral normalisation by power iteration in a layer of its own, and a penalty on real data."""

GAMMA, RATE = 1.0, 0.05


def batches(rng):
    for _ in range(5):
        yield {"real": rng.normal(size=(8, 4)) + 0.5, "z": rng.normal(size=(8, 3)), "other": rng.normal(size=(8, 3))}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class SNLinear(nn.Module):
        def __init__(self, into, out):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(out, into) * 0.5)
            self.bias = nn.Parameter(torch.zeros(out))
            self.register_buffer("u", F.normalize(torch.randn(out), dim=0))

        def forward(self, x):
            with torch.no_grad():
                v = F.normalize(self.weight.t() @ self.u, dim=0)
                u = F.normalize(self.weight @ v, dim=0)
                if self.training:
                    self.u.copy_(u)
            sigma = u @ self.weight @ v
            return F.linear(x, self.weight / sigma, self.bias)

    d = nn.Sequential(SNLinear(4, 6), nn.Softplus(), SNLinear(6, 1))
    g = nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 4))
    optimizers = {"d": torch.optim.SGD(d.parameters(), RATE), "g": torch.optim.SGD(g.parameters(), RATE)}
    return {"d": d, "g": g}, lambda model, batch: -model["d"](model["g"](batch["z"])).mean(), optimizers


def torch_step(side, batch):
    import torch

    d, g = side.model["d"], side.model["g"]
    real = batch["real"].clone().requires_grad_()
    on_real = d(real)
    on_fake = d(g(batch["z"]).detach())
    hinge = torch.relu(1 - on_real).mean() + torch.relu(1 + on_fake).mean()
    [steep] = torch.autograd.grad(on_real.sum(), real, create_graph=True)
    penalty = steep.square().sum(dim=1).mean()
    d_loss = hinge + GAMMA / 2 * penalty
    side.optimizer["d"].zero_grad()
    d_loss.backward()
    side.optimizer["d"].step()
    side.optimizer["g"].zero_grad()
    side.loss(side.model, {"z": batch["other"]}).backward()
    side.optimizer["g"].step()
    return d_loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class SpectralDense(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
            self.u = self.add_weight(shape=(1, self.units), initializer="ones", trainable=False, name="u")

        def call(self, inputs, training=False):
            v = tf.math.l2_normalize(tf.stop_gradient(tf.matmul(self.u, self.kernel, transpose_b=True)))
            u = tf.math.l2_normalize(tf.stop_gradient(tf.matmul(v, self.kernel)))
            if training:
                self.u.assign(u)
            sigma = tf.matmul(tf.matmul(v, self.kernel), u, transpose_b=True)
            return tf.matmul(inputs, self.kernel / sigma) + self.bias

    d = keras.Sequential([keras.Input((4,)), SpectralDense(6), layers.Activation("softplus"), SpectralDense(1)])
    g = keras.Sequential([keras.Input((3,)), layers.Dense(6, "tanh"), layers.Dense(4)])

    def loss(model, batch, training):
        return -tf.reduce_mean(model["d"](model["g"](batch["z"]), training=training))

    return {"d": d, "g": g}, loss, {"d": SGD(RATE), "g": SGD(RATE)}


def tf_step(side, batch):
    import tensorflow as tf

    class Trainer:
        def __init__(self, nets, opts):
            self.nets, self.opts = nets, opts

        def discriminator(self, real, z):
            fake = self.nets["g"](z)
            with tf.GradientTape() as outer:
                with tf.GradientTape() as inner:
                    inner.watch(real)
                    real_logits = self.nets["d"](real, training=True)
                fake_logits = self.nets["d"](fake, training=True)
                slopes = inner.gradient(real_logits, real)
                r1 = tf.reduce_mean(tf.reduce_sum(tf.square(slopes), axis=1))
                hinge = tf.reduce_mean(tf.nn.relu(1 - real_logits)) + tf.reduce_mean(tf.nn.relu(1 + fake_logits))
                total = hinge + 0.5 * GAMMA * r1
            self.apply("d", outer.gradient(total, self.nets["d"].trainable_variables))
            return total

        def generator(self, z):
            with tf.GradientTape() as tape:
                value = side.loss(self.nets, {"z": z}, True)
            self.apply("g", tape.gradient(value, self.nets["g"].trainable_variables))

        def apply(self, name, gradients):
            self.opts[name].apply_gradients(zip(gradients, self.nets[name].trainable_variables, strict=True))

    trainer = Trainer(side.model, side.optimizer)
    d_loss = trainer.discriminator(batch["real"], batch["z"])
    trainer.generator(batch["other"])
    return d_loss
