"""A diffusion model (Ho et al., 2020) and the moving average of its weights.

Notice what is float64 in every precision, the two copies of the network, and when the average is taken.
"""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import mean_squared_error
from torch_impl.optimizers import Adam


def signal_shares(settings):
    """How much of an image's variance is left at each timestep: float64 (timesteps,); alpha-bar in the paper."""
    # differs: PyTorch's linspace has the dtype it is given; tf.linspace that of its start, float32 for a number.
    first, last = settings["first_rate"], settings["last_rate"]
    rates = torch.linspace(first, last, settings["timesteps"], dtype=torch.float64)
    return torch.cumprod(1 - rates, 0)


def time_embedding(times, width, longest_wave):
    """Sines and cosines of the timesteps: float64 (N, width) from int64 (N,) (Vaswani et al., 2017)."""
    half = width // 2
    frequencies = torch.exp(torch.arange(half, dtype=torch.float64) * (-math.log(longest_wave) / half))
    angles = times[:, None] * frequencies
    return torch.cat((torch.sin(angles), torch.cos(angles)), 1)


class Denoiser(nn.Module):
    """The noise in noisy images (N, 1, 8, 8), given their timesteps (N,)."""

    def __init__(self, settings):
        super().__init__()
        channels, groups, epsilon = settings["channels"], settings["groups"], settings["norm_epsilon"]
        self.longest_wave = settings["longest_wave"]
        self.enter = nn.Conv2d(1, channels, 3, padding=1)
        self.time = nn.Linear(2 * channels, 2 * channels)
        self.norm1 = nn.GroupNorm(groups, channels, eps=epsilon)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.down = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)
        self.norm2 = nn.GroupNorm(groups, 2 * channels, eps=epsilon)
        self.conv2 = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1)
        self.up = nn.Upsample(scale_factor=2)
        self.conv3 = nn.Conv2d(3 * channels, channels, 3, padding=1)
        self.norm3 = nn.GroupNorm(groups, channels, eps=epsilon)
        self.leave = nn.Conv2d(channels, 1, 3, padding=1)

    def forward(self, x, times):
        time = self.time(time_embedding(times, self.time.in_features, self.longest_wave).to(x.dtype))
        fine = self.enter(x)
        fine = fine + self.conv1(F.silu(self.norm1(fine)))
        coarse = self.down(fine)
        coarse = coarse + self.conv2(F.silu(self.norm2(coarse) + time[:, :, None, None]))
        joined = self.conv3(torch.cat((self.up(coarse), fine), 1))
        return self.leave(F.silu(self.norm3(joined)))


class Ddpm(nn.Module):
    """The denoiser that trains, and the average of what it was, which is used in evaluation."""

    def __init__(self, settings):
        super().__init__()
        self.signal = signal_shares(settings)
        self.denoiser = Denoiser(settings)
        # differs: PyTorch's deepcopy copies the weights too; a Keras network has none to copy until it is called.
        self.average = copy.deepcopy(self.denoiser).requires_grad_(False)

    def forward(self, x, times):
        return self.denoiser(x, times) if self.training else self.average(x, times)


def loss(model, batch, training):
    """Mean squared error of the noise found in x (N, 1, 8, 8) after `times` (N,) steps of adding noise to it."""
    model.train(training)
    share = model.signal[batch["times"]].to(batch["x"].dtype)[:, None, None, None]
    noisy = torch.sqrt(share) * batch["x"] + torch.sqrt(1 - share) * batch["noise"]
    return mean_squared_error(model(noisy, batch["times"]), batch["noise"]), {}


def update_average(average, network, decay):
    """Move every weight of `average` towards that of `network` by 1 - decay of the way."""
    # differs: PyTorch's swa_utils average with a decay of 0.999 by default, Keras' use_ema with 0.99, in float32.
    with torch.no_grad():
        for mean, weight in zip(average.parameters(), network.parameters(), strict=True):
            mean += (1 - decay) * (weight - mean)


def step(side, batch, decay):
    """One step of training, and of the average after it."""
    # Forget the gradients of the step before.
    optimizer = side.optimizer["denoiser"]
    optimizer.zero_grad()
    # Forward: the loss of this batch under the present weights.
    loss, metrics = side.loss(side.model, batch, training=True)
    # Backward: the gradient of the loss with respect to each trainable weight.
    loss.backward()
    # Update: move the weights, and the optimizer's state with them.
    optimizer.step()
    # Average: the weights as they are after the update.
    update_average(side.model.average, side.model.denoiser, decay)
    return loss.detach(), metrics


def side(settings):
    model = Ddpm(settings)
    optimizer = Adam(
        model.denoiser.parameters(),
        lr=settings["learning_rate"],
        betas=(settings["beta_1"], settings["beta_2"]),
        eps=settings["epsilon"],
    )
    decay = settings["decay"]
    return Side(model, loss, {"denoiser": optimizer}, step=lambda side, batch: step(side, batch, decay))
