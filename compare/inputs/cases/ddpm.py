"""A small diffusion model on gratings: a network that predicts the noise in an image, and the average of its weights.

Notice that timesteps and noise are arrays of the case, and that the average, used for sampling, is a second copy of the
network: its weights are listed beside the others, and the held-out loss is its loss.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_uniform

SIDE, CHANNELS, TIMESTEPS = 8, 8, 50
EXAMPLES, HELD_OUT, BATCH = 128, 64, 16
CONVOLUTIONS = {
    "enter": (CHANNELS, 1, 3, 3),
    "conv1": (CHANNELS, CHANNELS, 3, 3),
    "down": (2 * CHANNELS, CHANNELS, 4, 4),
    "conv2": (2 * CHANNELS, 2 * CHANNELS, 3, 3),
    "conv3": (CHANNELS, 3 * CHANNELS, 3, 3),
    "leave": (1, CHANNELS, 3, 3),
}
DENSE = {"time": (2 * CHANNELS, 2 * CHANNELS)}
NORMS = {"norm1": CHANNELS, "norm2": 2 * CHANNELS, "norm3": CHANNELS}
ORDER = ("enter", "time", "norm1", "conv1", "down", "norm2", "conv2", "conv3", "norm3", "leave")


def gratings(generator: np.random.Generator, examples: int) -> np.ndarray:
    """Each image a plane wave of one direction, length and phase: (examples, 1, 8, 8), between -1 and 1."""
    angle, waves, phase = generator.uniform([[0.0], [0.5], [0.0]], [[np.pi], [1.5], [2 * np.pi]], (3, examples))
    rows, columns = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    across = np.multiply.outer(np.cos(angle), rows) + np.multiply.outer(np.sin(angle), columns)
    return np.cos(2 * np.pi * waves[:, None, None] * across / SIDE + phase[:, None, None])[:, None]


def noise(generator: Generators, name: str, rows: tuple[int, ...]) -> Arrays:
    """For each image a timestep, int64 of `rows`, and noise of the image's shape."""
    return {
        "times": generator(f"{name}times").integers(0, TIMESTEPS, rows),
        "noise": generator(f"{name}noise").standard_normal((*rows, 1, SIDE, SIDE)),
    }


def weights(generator: Generators) -> Arrays:
    """The denoiser's weights, and the same again as the initial average."""
    arrays: Arrays = {}
    for layer in ORDER:
        if layer in NORMS:
            arrays |= {f"{layer}.weight": np.ones(NORMS[layer]), f"{layer}.bias": np.zeros(NORMS[layer])}
        else:
            shape = (CONVOLUTIONS | DENSE)[layer]
            arrays[f"{layer}.weight"] = glorot_uniform(generator(f"{layer}.weight"), shape)
            arrays[f"{layer}.bias"] = np.zeros(shape[0])
    return {f"{part}.{name}": array.copy() for part in ("denoiser", "average") for name, array in arrays.items()}


CASE = Case(
    name="ddpm",
    summary="diffusion on 8x8 gratings: group norm, SiLU, U-shape, Adam 3e-3, average of the weights, batches of 16",
    data=lambda generator: {"x": gratings(generator("x"), EXAMPLES)},
    weights=weights,
    settings={
        "channels": CHANNELS,
        "groups": 4,
        "norm_epsilon": 1e-5,
        "timesteps": TIMESTEPS,
        "first_rate": 1e-3,
        "last_rate": 0.2,
        "longest_wave": 1e4,
        "decay": 0.9,
        "learning_rate": 3e-3,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-8,
    },
    epochs=5,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    channels_first=("x", "noise"),
    per_step=lambda generator, steps: noise(generator, "", (steps, BATCH)),
    held_out=lambda generator: (
        {"x": gratings(generator("held out"), HELD_OUT)} | noise(generator, "held-out ", (HELD_OUT,))
    ),
)
