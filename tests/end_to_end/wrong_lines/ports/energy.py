"""Energies (contrastive divergence): samples by Langevin's steps with given noise,
the difference of two energies, squares held small.
"""

STEPS, SIZE, NOISE, CLIP, REGULAR = 3, 0.4, 0.05, 0.5, 0.1


def batches(rng):
    for _ in range(5):
        yield {
            "real": rng.normal(size=(8, 3)) * 0.5 + 0.5,
            "start": rng.uniform(-1, 1, size=(8, 3)),
            "noise": rng.normal(size=(STEPS, 8, 3)),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class EnergyModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(3, 10), nn.SiLU(), nn.Linear(10, 10), nn.SiLU(), nn.Linear(10, 1))

        def forward(self, x):
            return self.layers(x).squeeze(dim=-1)

    def generate_samples(model, inp_imgs, noises):
        # Before MCMC: set model parameters to "required_grad=False"
        for p in model.parameters():
            p.requires_grad = False
        inp_imgs = inp_imgs.detach().clone()
        inp_imgs.requires_grad = True
        for noise in noises:
            inp_imgs.data.add_(NOISE * noise)
            inp_imgs.data.clamp_(min=-1.0, max=1.0)
            out_imgs = -model(inp_imgs)
            out_imgs.sum().backward()
            inp_imgs.grad.data.clamp_(-CLIP, CLIP)
            inp_imgs.data.add_(-SIZE * inp_imgs.grad.data)
            inp_imgs.grad.detach_()
            inp_imgs.grad.zero_()
            inp_imgs.data.clamp_(min=-1.0, max=1.0)
        for p in model.parameters():
            p.requires_grad = True
        return inp_imgs.detach()

    def loss(model, batch):
        with torch.enable_grad():
            fake_imgs = generate_samples(model, batch["start"], batch["noise"])
        real_imgs = batch["real"]
        inp_imgs = torch.cat([real_imgs, fake_imgs], dim=0)
        real_out, fake_out = model(inp_imgs).chunk(2, dim=0)
        reg_loss = REGULAR * (real_out**2 + fake_out**2).mean()
        cdiv_loss = fake_out.mean() - real_out.mean()
        return F.softplus(cdiv_loss) + reg_loss

    model = EnergyModel()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.0, 0.999))


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), 0.3)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    model = keras.Sequential([keras.Input((3,)), layers.Dense(10, "swish"), layers.Dense(10, "swish"), layers.Dense(1)])

    def langevin(model, x, noises):
        for noise in tf.unstack(noises):
            x = tf.clip_by_value(x + NOISE * noise, -1.0, 1.0)
            with tf.GradientTape() as tape:
                tape.watch(x)
                score = model(x)
            uphill = tf.clip_by_value(tape.gradient(score, x), -CLIP, CLIP)
            x = tf.clip_by_value(x + SIZE * uphill, -1.0, 1.0)
        return tf.stop_gradient(x)

    def loss(model, batch):
        made = langevin(model, batch["start"], batch["noise"])
        of_real, of_made = model(batch["real"]), model(made)
        size = tf.reduce_mean(tf.square(of_real)) + tf.reduce_mean(tf.square(of_made))
        divergence = tf.reduce_mean(of_made) - tf.reduce_mean(of_real)
        return tf.math.softplus(divergence) + REGULAR * size

    return model, loss, Adam(0.01, beta_1=0.0)


def tf_step(side, batch):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    variables = side.model.trainable_variables
    gradients, _ = tf.clip_by_global_norm(tape.gradient(value, variables), 0.3)
    side.optimizer.apply_gradients(zip(gradients, variables))
    return value
