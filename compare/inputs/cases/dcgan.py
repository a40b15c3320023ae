"""A deep convolutional GAN on 16x16 images of one blob each: two networks, two optimizers, two losses.

Notice that both losses are judged: the discriminator's as the loss, the generator's as a metric.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case

BATCH, LATENT, SIZE = 16, 16, 16
STEPS_PER_EPOCH, EPOCHS = 6, 6
CONVOLUTIONS = {
    "generator.up1": (LATENT, 16, 4, 4),  # a transposed convolution's weight is (in, out, height, width)
    "generator.up2": (16, 8, 4, 4),
    "generator.up3": (8, 1, 4, 4),
    "discriminator.conv1": (16, 1, 4, 4),
    "discriminator.conv2": (32, 16, 4, 4),
    "discriminator.conv3": (1, 32, 4, 4),
}
NORMS = {
    "generator.up1": "generator.norm1",
    "generator.up2": "generator.norm2",
    "discriminator.conv2": "discriminator.norm2",
}


def data(generator: Generators) -> Arrays:
    """x (examples, 1, 16, 16) in [-1, 1]: black, with one white blob somewhere, some wider than others."""
    examples = STEPS_PER_EPOCH * BATCH
    row, column = generator("centre").uniform(4, SIZE - 5, (2, examples, 1, 1, 1))
    width = generator("width").uniform(1.5, 3, (examples, 1, 1, 1))
    distance = (np.arange(SIZE)[:, None] - row) ** 2 + (np.arange(SIZE) - column) ** 2
    return {"x": 2 * np.exp(-distance / (2 * width**2)) - 1}


def weights(generator: Generators) -> Arrays:
    """Convolutions N(0, 0.02), the factors of the normalisations N(1, 0.02) (Radford et al., 2016)."""
    arrays = {}
    for layer, shape in CONVOLUTIONS.items():
        arrays[f"{layer}.weight"] = generator(f"{layer}.weight").normal(0, 0.02, shape)
        if norm := NORMS.get(layer):
            channels = shape[1] if norm.startswith("generator") else shape[0]
            arrays[f"{norm}.weight"] = generator(f"{norm}.weight").normal(1, 0.02, channels)
            arrays[f"{norm}.bias"] = np.zeros(channels)
    return arrays


def per_step(generator: Generators, steps: int) -> Arrays:
    """Each step's latent noise, N(0, 1): one for the discriminator's fakes, one for the generator's update."""
    names = ("noise", "generator_noise")
    return {name: generator(name).standard_normal((steps, BATCH, LATENT, 1, 1)) for name in names}


CASE = Case(
    name="dcgan",
    summary="generator and discriminator of transposed and strided convolutions, Adam 2e-4 each, batches of 16",
    data=data,
    weights=weights,
    settings={
        "learning_rate": 2e-4,
        "beta_1": 0.5,
        "beta_2": 0.999,
        "epsilon": 1e-8,
        "slope": 0.2,
        "batch_norm_momentum": 0.1,
        "batch_norm_epsilon": 1e-5,
    },
    epochs=EPOCHS,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    channels_first=("x", "noise", "generator_noise"),
    per_step=per_step,
)
