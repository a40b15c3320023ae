"""A variational autoencoder (Kingma and Welling, 2014). Notice over what each term of the loss is summed."""

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.optimizers import Adam


class Vae(nn.Module):
    """Logits of the pixels (examples, pixels), and the mean and log variance of the latents (examples, latents).

    `noise` (examples, latents) is the caller's, from the standard normal distribution.
    """

    def __init__(self, settings):
        super().__init__()
        hidden, latents, pixels = settings["hidden"], settings["latents"], settings["pixels"]
        self.hidden = nn.Linear(pixels, hidden)
        self.mean = nn.Linear(hidden, latents)
        self.log_variance = nn.Linear(hidden, latents)
        self.unfold = nn.Linear(latents, hidden)
        self.pixels = nn.Linear(hidden, pixels)

    def forward(self, x, noise):
        hidden = torch.tanh(self.hidden(x))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        # differs: PyTorch's randn_like and tf.random.normal differ under any seed, so the noise is given.
        latent = mean + torch.exp(0.5 * log_variance) * noise
        return self.pixels(torch.tanh(self.unfold(latent))), mean, log_variance


def reconstruction(logits, target):
    """-log p(target | logits), each pixel a coin: summed over the pixels, averaged over the examples."""
    # differs: PyTorch's reduction="mean" divides by the pixels too; keras.losses do so under any reduction.
    # differs: PyTorch's name says that it takes logits; Keras' takes probabilities unless told from_logits=True.
    return F.binary_cross_entropy_with_logits(logits, target, reduction="sum") / target.shape[0]


def divergence(mean, log_variance):
    """KL divergence from the standard normal distribution: summed over the latents, averaged over the examples."""
    return -0.5 * torch.sum(1 + log_variance - mean**2 - torch.exp(log_variance)) / mean.shape[0]


def loss(model, batch, training):
    model.train(training)
    logits, mean, log_variance = model(batch["x"], batch["noise"])
    parts = {"reconstruction": reconstruction(logits, batch["x"]), "kl": divergence(mean, log_variance)}
    return parts["reconstruction"] + parts["kl"], {name: part.detach() for name, part in parts.items()}


def side(settings):
    model = Vae(settings)
    optimizer = Adam(
        model.parameters(),
        lr=settings["learning_rate"],
        betas=(settings["beta_1"], settings["beta_2"]),
        eps=settings["epsilon"],
    )
    return Side(model, loss, optimizer)
