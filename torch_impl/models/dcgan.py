"""A generator and a discriminator, each with its own optimizer (Radford et al., 2016).

Notice what keeps each update to its own network, and that every pass moves the running statistics on its way.
"""

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.layers import BatchNorm2d
from torch_impl.losses import binary_cross_entropy_with_logits
from torch_impl.optimizers import Adam


class Generator(nn.Module):
    """From latent noise (N, 16, 1, 1) to images (N, 1, 16, 16) in [-1, 1]; channels are last on the TF side."""

    # differs: PyTorch's padding=1 crops 1 on each side, which is Keras' "same" for a kernel of 4 at stride 2, not of 3.
    def __init__(self, norm):
        super().__init__()
        self.up1 = nn.ConvTranspose2d(16, 16, 4, bias=False)
        self.norm1 = BatchNorm2d(16, **norm)
        self.up2 = nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1, bias=False)
        self.norm2 = BatchNorm2d(8, **norm)
        self.up3 = nn.ConvTranspose2d(8, 1, 4, stride=2, padding=1, bias=False)

    def forward(self, noise):
        x = F.relu(self.norm1(self.up1(noise)))
        x = F.relu(self.norm2(self.up2(x)))
        return torch.tanh(self.up3(x))


class Discriminator(nn.Module):
    """From images to a logit each (N, 1, 1, 1): above 0 for a real one."""

    # differs: PyTorch's padding=1 at stride 2 is Keras' "same" for a kernel of 4 and even sides, not for one of 3.
    def __init__(self, slope, norm):
        super().__init__()
        self.slope = slope
        self.conv1 = nn.Conv2d(1, 16, 4, stride=2, padding=1, bias=False)
        self.conv2 = nn.Conv2d(16, 32, 4, stride=2, padding=1, bias=False)
        self.norm2 = BatchNorm2d(32, **norm)
        self.conv3 = nn.Conv2d(32, 1, 4, bias=False)

    def forward(self, images):
        x = leaky_relu(self.conv1(images), self.slope)
        x = leaky_relu(self.norm2(self.conv2(x)), self.slope)
        return self.conv3(x)


class Dcgan(nn.Module):
    """Both networks; what each is called here is what its weights and its optimizer are called."""

    def __init__(self, slope, norm):
        super().__init__()
        self.generator = Generator(norm)
        self.discriminator = Discriminator(slope, norm)


def leaky_relu(x, slope):
    """x where it is positive, slope * x elsewhere.

    differs: PyTorch's default slope is 0.01, that of Keras' layer 0.3, that of tf.nn.leaky_relu 0.2.
    differs: PyTorch's slope is exact in float64; tf.nn.leaky_relu rounds it to float32, so it is written out there.
    """
    return F.leaky_relu(x, slope)


def real_or_fake(logits, target):
    """The cross-entropy of a batch of logits that are all of one kind: 1 for real images, 0 for fakes."""
    return binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def loss(model, batch, training):
    """The discriminator's, on a batch of images and on one of fakes."""
    model.train(training)
    fakes = model.generator(batch["noise"])
    real = real_or_fake(model.discriminator(batch["x"]), 1.0)
    fake = real_or_fake(model.discriminator(fakes.detach()), 0.0)
    return real + fake, {}


def generator_loss(model, batch, training):
    """The generator's, on fakes of other noise: that they be taken for real."""
    model.train(training)
    fakes = model.generator(batch["generator_noise"])
    return real_or_fake(model.discriminator(fakes), 1.0)


def step(side, batch):
    """A step of the discriminator, then one of the generator against the discriminator just updated."""
    # Forget the gradients of the step before.
    # differs: PyTorch's generator step leaves gradients in the discriminator too; a tape gives what it is asked for.
    side.optimizer["discriminator"].zero_grad()
    loss, metrics = side.loss(side.model, batch, training=True)
    loss.backward()
    side.optimizer["discriminator"].step()
    # The same for the generator; its loss goes through the discriminator, whose weights stay as they are.
    side.optimizer["generator"].zero_grad()
    deceived = generator_loss(side.model, batch, training=True)
    deceived.backward()
    side.optimizer["generator"].step()
    return loss.detach(), {**metrics, "generator_loss": deceived.detach()}


def side(settings):
    norm = {"momentum": settings["batch_norm_momentum"], "eps": settings["batch_norm_epsilon"]}
    model = Dcgan(settings["slope"], norm)
    adam = {
        "lr": settings["learning_rate"],
        "betas": (settings["beta_1"], settings["beta_2"]),
        "eps": settings["epsilon"],
    }
    optimizers = {
        "generator": Adam(model.generator.parameters(), **adam),
        "discriminator": Adam(model.discriminator.parameters(), **adam),
    }
    return Side(model, loss, optimizers, step=step)
