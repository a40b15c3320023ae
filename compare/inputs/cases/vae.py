"""A variational autoencoder on images of soft discs: a mean in place of a sum changes what is learned.

Notice that the latent noise is an array of the case, and that the two terms of the loss must be reduced the same way:
sums over pixels and over latents, means over images.
"""

import numpy as np

from compare.inputs.case import Case
from compare.inputs.datasets import glorot_layers

SIDE, HIDDEN, LATENTS = 8, 32, 4
EXAMPLES, HELD_OUT, BATCH = 256, 64, 32
SHAPES = {
    "hidden": (HIDDEN, SIDE * SIDE),
    "mean": (LATENTS, HIDDEN),
    "log_variance": (LATENTS, HIDDEN),
    "unfold": (HIDDEN, LATENTS),
    "pixels": (SIDE * SIDE, HIDDEN),
}


def discs(generator: np.random.Generator, examples: int) -> np.ndarray:
    """Bright discs with soft edges on a dark ground, pixels row by row: (examples, 64), each between 0 and 1."""
    row, column, radius = generator.uniform([[2.0], [2.0], [1.5]], [[5.0], [5.0], [3.0]], (3, examples))
    pixel = np.arange(SIDE)
    distance = np.hypot(pixel[:, None] - row[:, None, None], pixel - column[:, None, None])
    return 1 / (1 + np.exp(4 * (distance - radius[:, None, None]))).reshape(examples, -1)


CASE = Case(
    name="vae",
    summary="64-32-4-32-64 variational autoencoder on soft discs, cross-entropy + KL, Adam 1e-2, batches of 32",
    data=lambda generator: {"x": discs(generator("x"), EXAMPLES)},
    weights=lambda generator: glorot_layers(generator, SHAPES),
    settings={
        "hidden": HIDDEN,
        "latents": LATENTS,
        "pixels": SIDE * SIDE,
        "learning_rate": 1e-2,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-8,
    },
    epochs=6,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
    per_step=lambda generator, steps: {"noise": generator("noise").standard_normal((steps, BATCH, LATENTS))},
    held_out=lambda generator: {
        "x": discs(generator("held out"), HELD_OUT),
        "noise": generator("held-out noise").standard_normal((HELD_OUT, LATENTS)),
    },
)
