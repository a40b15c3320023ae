"""Style (StyleGAN): equalised rates, modulated layers, logistic losses, a lazy penalty of gradients,
deviations of a batch.
"""

import numpy as np

LATENT, WIDTH, DATA, LR_MUL, R1, EVERY, RATE = 3, 6, 4, 0.5, 2.0, 2, 0.02
WEIGHTS = {"generator.start": "generator.const", "generator.mix": "generator.weight.T"}


def batches(rng):
    for step in range(6):
        yield {
            "real": rng.normal(size=(8, DATA)) + 1.0,
            "z1": rng.normal(size=(8, LATENT)),
            "z2": rng.normal(size=(8, LATENT)),
            "i": np.array([step]),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class EqualLinear(nn.Module):
        def __init__(self, in_dim, out_dim, bias_init=0, lr_mul=1.0):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(out_dim, in_dim).div_(lr_mul))
            self.bias = nn.Parameter(torch.zeros(out_dim).fill_(bias_init))
            self.scale = (1 / in_dim**0.5) * lr_mul
            self.lr_mul = lr_mul

        def forward(self, input):
            return F.linear(input, self.weight * self.scale, bias=self.bias * self.lr_mul)

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.mapping = nn.ModuleList(
                [EqualLinear(LATENT, WIDTH, lr_mul=LR_MUL), EqualLinear(WIDTH, WIDTH, lr_mul=LR_MUL)]
            )
            self.const = nn.Parameter(torch.randn(1, WIDTH))
            self.modulation = EqualLinear(WIDTH, WIDTH, bias_init=1)
            self.weight = nn.Parameter(torch.randn(WIDTH, WIDTH))
            self.to_rgb = EqualLinear(WIDTH, DATA)

        def forward(self, z):
            w = z * torch.rsqrt(torch.mean(z**2, dim=1, keepdim=True) + 1e-8)
            for layer in self.mapping:
                w = F.leaky_relu(layer(w), 0.25) * 2**0.5
            batch = len(w)
            style = self.modulation(w).view(batch, 1, WIDTH)
            weight = WIDTH**-0.5 * self.weight.unsqueeze(0) * style
            demod = torch.rsqrt(weight.pow(2).sum(2) + 1e-8)
            weight = weight * demod.view(batch, WIDTH, 1)
            x = self.const.repeat(batch, 1)
            x = torch.bmm(weight, x.unsqueeze(-1)).squeeze(-1)
            return self.to_rgb(F.leaky_relu(x, 0.25))

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = EqualLinear(DATA, WIDTH)
            self.final_conv = EqualLinear(WIDTH + 1, WIDTH)
            self.final_linear = EqualLinear(WIDTH, 1)

        def forward(self, input):
            out = F.softplus(self.conv(input))
            batch, channel = out.shape
            group = min(batch, 4)
            stddev = out.view(group, -1, channel)
            stddev = torch.sqrt(stddev.var(0, unbiased=False) + 1e-8)
            stddev = stddev.mean(1, keepdim=True)
            stddev = stddev.repeat(group, 1)
            out = torch.cat([out, stddev], 1)
            out = F.softplus(self.final_conv(out))
            return self.final_linear(out)

    model = {"generator": Generator(), "discriminator": Discriminator()}

    def loss(model, batch):
        return F.softplus(-model["discriminator"](model["generator"](batch["z2"]))).mean()

    ratio = EVERY / (EVERY + 1)
    optimizers = {
        "g": torch.optim.Adam(model["generator"].parameters(), lr=RATE, betas=(0.0, 0.99)),
        "d": torch.optim.Adam(model["discriminator"].parameters(), lr=RATE * ratio, betas=(0.0**ratio, 0.99**ratio)),
    }
    return model, loss, optimizers


def torch_step(side, batch):
    from torch import autograd
    from torch.nn import functional as F

    generator, discriminator = side.model["generator"], side.model["discriminator"]
    g_optim, d_optim = side.optimizer["g"], side.optimizer["d"]
    real_img = batch["real"]

    def requires_grad(model, flag=True):
        for p in model.parameters():
            p.requires_grad = flag

    requires_grad(generator, False)
    requires_grad(discriminator, True)
    fake_img = generator(batch["z1"])
    real_pred, fake_pred = discriminator(real_img), discriminator(fake_img)
    d_loss = F.softplus(-real_pred).mean() + F.softplus(fake_pred).mean()
    discriminator.zero_grad()
    d_loss.backward()
    d_optim.step()
    if int(batch["i"][0]) % EVERY == 0:
        real_img = real_img.clone().requires_grad_(True)
        real_pred = discriminator(real_img)
        (grad_real,) = autograd.grad(outputs=real_pred.sum(), inputs=real_img, create_graph=True)
        r1_loss = grad_real.pow(2).reshape(grad_real.shape[0], -1).sum(1).mean()
        discriminator.zero_grad()
        (R1 / 2 * r1_loss * EVERY + 0 * real_pred[0]).sum().backward()
        d_optim.step()
    requires_grad(generator, True)
    requires_grad(discriminator, False)
    fake_pred = discriminator(generator(batch["z2"]))
    g_loss = F.softplus(-fake_pred).mean()
    generator.zero_grad()
    g_loss.backward()
    g_optim.step()
    requires_grad(discriminator, True)
    return d_loss.detach() + g_loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class EqualDense(layers.Layer):
        def __init__(self, units, start=0.0, multiplier=1.0):
            super().__init__()
            self.units, self.start, self.multiplier = units, start, multiplier

        def build(self, shape):
            normal = keras.initializers.RandomNormal(stddev=1.0 / self.multiplier)
            self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer=normal, name="kernel")
            self.bias = self.add_weight(
                shape=(self.units,), initializer=keras.initializers.Constant(self.start), name="bias"
            )
            self.gain = self.multiplier / np.sqrt(shape[-1])

        def call(self, x):
            return tf.matmul(x, self.kernel) * self.gain + self.bias * self.multiplier

    class Generator(keras.Model):
        def __init__(self):
            super().__init__()
            self.mapping = [EqualDense(WIDTH, multiplier=LR_MUL) for _ in range(2)]
            self.style = EqualDense(WIDTH, start=1.0)
            self.rgb = EqualDense(DATA)
            self.start = self.add_weight(shape=(1, WIDTH), initializer="random_normal", name="start")
            self.mix = self.add_weight(shape=(WIDTH, WIDTH), initializer="random_normal", name="mix")

        def call(self, z):
            w = z / tf.sqrt(tf.reduce_mean(tf.square(z), axis=1, keepdims=True) + 1e-8)
            for layer in self.mapping:
                w = tf.nn.leaky_relu(layer(w), 0.25) * np.sqrt(2.0)
            style = self.style(w)
            # modulate the input, demodulate the output
            kernel = tf.convert_to_tensor(self.mix) / np.sqrt(WIDTH)
            x = tf.matmul(style * self.start, kernel)
            x *= tf.math.rsqrt(tf.matmul(style**2, kernel**2) + 1e-8)
            return self.rgb(tf.nn.leaky_relu(x, 0.25))

    class Discriminator(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second, self.last = EqualDense(WIDTH), EqualDense(WIDTH), EqualDense(1)

        def call(self, x):
            h = tf.math.softplus(self.first(x))
            groups = tf.reshape(h, (4, -1, WIDTH))
            deviation = tf.sqrt(tf.math.reduce_variance(groups, axis=0) + 1e-8)
            feature = tf.tile(tf.reduce_mean(deviation, axis=1, keepdims=True), (4, 1))
            return self.last(tf.math.softplus(self.second(tf.concat([h, feature], axis=1))))

    model = {"generator": Generator(), "discriminator": Discriminator()}
    model["discriminator"](model["generator"](tf.zeros((8, LATENT))))

    def loss(model, batch):
        return tf.reduce_mean(tf.math.softplus(-model["discriminator"](model["generator"](batch["z2"]))))

    ratio = EVERY / (EVERY + 1)
    return (
        model,
        loss,
        {"g": Adam(RATE, beta_1=0.0, beta_2=0.99), "d": Adam(RATE * ratio, beta_1=0.0, beta_2=0.99**ratio)},
    )


def tf_step(side, batch):
    import tensorflow as tf

    make, judge = side.model["generator"], side.model["discriminator"]
    softplus, mean = tf.math.softplus, tf.reduce_mean
    with tf.GradientTape() as tape:
        of_real, of_fake = judge(batch["real"]), judge(tf.stop_gradient(make(batch["z1"])))
        judge_loss = mean(softplus(-of_real)) + mean(softplus(of_fake))
    weights = judge.trainable_variables
    side.optimizer["d"].apply_gradients(zip(tape.gradient(judge_loss, weights), weights))
    if int(batch["i"][0]) % EVERY == 0:
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(batch["real"])
                score = tf.reduce_sum(judge(batch["real"]))
            slope = inner.gradient(score, batch["real"])
            penalty = 0.5 * R1 * EVERY * mean(tf.reduce_sum(slope**2, axis=1))
        gradients = outer.gradient(penalty, weights)
        gradients = [tf.zeros_like(w) if g is None else g for g, w in zip(gradients, weights)]
        side.optimizer["d"].apply_gradients(zip(gradients, weights))
    with tf.GradientTape() as tape:
        maker_loss = mean(softplus(-judge(make(batch["z2"]))))
    weights = make.trainable_variables
    side.optimizer["g"].apply_gradients(zip(tape.gradient(maker_loss, weights), weights))
    return judge_loss + maker_loss
